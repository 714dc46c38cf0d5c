package import Mail

/// What a caller asks to be sent: checked for shape, not yet for policy, not yet composed.
package struct SendRequest: Sendable {
    /// Name or id; nil takes the account whose sender is `from`, else the first.
    package var account: String?
    package var from: Mailbox?
    package var to: [Mailbox] = []
    package var cc: [Mailbox] = []
    package var bcc: [Mailbox] = []
    package var replyTo: [Mailbox] = []
    package var subject: String?
    package var text: String?
    package var html: String?
    package var markdown: String?
    package var attachments: [AttachmentSource] = []
    package var inReplyTo: MessageID?
    package var references: [MessageID] = []
    package var headers: [HeaderField] = []
    package var tags: [String] = []
    package var metadata: [String: String] = [:]
    /// Not before this; nil sends it at once.
    package var sendAt: Timestamp?
    /// No attempt begins after this; nil leaves it to the account.
    package var giveUpAt: Timestamp?
    /// The caller's name for this request: a second one of that name is the same send.
    package var idempotencyKey: String?
    /// Send although the same mail went out a moment ago.
    package var allowsDuplicate = false
    /// What the caller should hear of beside the result: input that was repaired.
    package var warnings: [String] = []

    package init() {}
}

/// An attachment whose octets are here, or in a file that the settings allow.
package struct AttachmentSource: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case octets([UInt8])
        case path(String)
    }

    package let filename: String?
    package let contentType: String?
    package let contentID: String?
    package let content: Content

    package init(filename: String?, contentType: String?, contentID: String?, content: Content) {
        self.filename = filename
        self.contentType = contentType
        self.contentID = contentID
        self.content = content
    }
}
