package import Mail
package import Store

/// Looks into the mailbox that an account's mail leaves from; implemented over IMAP, and by the tests' script.
package protocol MailboxReader: Sendable {
    /// True where the provider itself puts what is submitted into the Sent folder.
    var filesByItself: Bool { get }

    /// Looks once: for copies in the Sent folder, and for what came into the inbox since the cursor.
    ///
    /// What is marked so and found missing is filed, once. Throws a failure when nothing could be seen.
    func look(_ question: MailboxQuestion) async throws(Failure) -> MailboxFindings
}

/// What one look is for.
package struct MailboxQuestion: Sendable {
    package struct Sought: Sendable, Hashable {
        package let id: SendID
        package let messageID: MessageID
        /// The date that a filed copy gets.
        package let sentAt: Timestamp
        /// To be put into the Sent folder where it is missing there.
        package let isToBeFiled: Bool
    }

    package let sought: [Sought]
    /// Where the last look ended, as the reader said it.
    package let cursor: String?
    /// Asked right before a message is filed: its mail data, or nil when it must not be filed after all.
    package let mailData: @Sendable (SendID) async -> MailData?
}

/// What one look has shown.
package struct MailboxFindings: Sendable {
    package var found: [SendID] = []
    package var filed: [SendID] = []
    /// Reports and answers, in the order in which they came.
    package var returned: [Returned] = []
    /// Where the next look begins; nil leaves that where it was.
    package var cursor: String?
    /// What did not work, while the rest did.
    package var troubles: [Failure] = []

    package init() {}
}

/// Whether this program puts a copy of sent mail into the Sent folder.
package enum SentCopyPolicy: String, Sendable, CaseIterable {
    /// Where the provider does not do it by itself, and no copy has appeared after a while.
    case auto
    /// Wherever there is none when somebody looks.
    case always
    case never
}
