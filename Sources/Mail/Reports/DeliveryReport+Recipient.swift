extension DeliveryReport {
    /// What became of the message for one recipient (RFC 3464 §2.3).
    package struct Recipient: Hashable, Sendable {
        /// As the sender named it, where the server knows.
        package let original: Name?
        /// As it was when it was acted on: behind aliases and forwarding, it may be an address the sender never saw.
        package let final: Name?
        package let action: Action
        /// What the report gives as status; nil where it gives none that can be read.
        package let reportedStatus: EnhancedStatusCode?
        package let diagnostic: Diagnostic?
        /// The host that answered: `mx.example.com`.
        package let remoteMTA: String?
        package let lastAttempt: Timestamp?
        /// Until when a delayed message is tried again.
        package let willRetryUntil: Timestamp?

        package enum Action: String, Hashable, Sendable, CaseIterable, Codable {
            /// Given up.
            case failed
            /// Not yet delivered; the server goes on trying.
            case delayed
            /// In the mailbox, as far as mail systems can know.
            case delivered
            /// Handed to a system that sends no reports of its own.
            case relayed
            /// Handed on to several others; no report of those need follow.
            case expanded
        }

        /// The reported status, or what the diagnostic says where that is more exact (Exim reports 5.0.0 for all).
        package var status: EnhancedStatusCode? {
            guard let said = diagnostic?.enhanced else { return reportedStatus }
            guard let reportedStatus else { return said }
            return reportedStatus.isGeneral && said.class == reportedStatus.class ? said : reportedStatus
        }

        /// What became of the message for this recipient for good; nil while that is open: delayed, or handed on to
        /// where no report comes from.
        package var outcome: Outcome? {
            switch action {
            case .failed: .bounced
            case .delivered: .delivered
            case .delayed, .relayed, .expanded: nil
            }
        }

        /// By which the recipient can be told, the surest first, each once.
        package var addresses: [Address] {
            var all: [Address] = []
            for name in [original, final] {
                for address in [name?.address, name?.addressFromXtext] {
                    if let address, !all.contains(address) { all.append(address) }
                }
            }
            return all
        }

        /// An address that does not exist, by this report; nil where it says anything else.
        ///
        /// Only 5.1.1 (no such mailbox), 5.1.2 (no such system) and 5.1.3 (no valid address) of a message given up
        /// on say that (RFC 3463 §3.2). Where status and diagnostic disagree, as when a filter's 5.7.1 is reported
        /// as 5.1.1, nothing is concluded. It is the final recipient: an alias with one dead member is not dead.
        package var deadAddress: Address? {
            guard action == .failed, let status, status.isOfDeadAddress else { return nil }
            let said = [reportedStatus, diagnostic?.enhanced].compactMap { $0 }.filter { !$0.isGeneral }
            guard said.allSatisfy(\.isOfDeadAddress) else { return nil }
            return final == nil ? original?.address : final?.address
        }
    }

    /// A recipient with the kind of its name (RFC 3464 §2.1.2): `rfc822; ada@example.com`.
    package struct Name: Hashable, Sendable {
        /// In lower case; `rfc822` where the server wrote none, `utf-8` (RFC 6533 §3), `x-…` for other systems'.
        package let type: String
        /// Safe to show, at most 320 characters.
        package let text: String
        /// Nil for names that are no mail address.
        package let address: Address?
    }

    /// What the failing system said (RFC 3464 §2.3.6): `smtp; 550 5.1.1 unknown`.
    package struct Diagnostic: Hashable, Sendable {
        /// In lower case: `smtp`, `x-unix`; nil where the server wrote none.
        package let type: String?
        /// Without its codes where it begins with them; safe to show, at most `Reply.maximumTextLength` characters.
        package let text: String
        /// The SMTP reply code in it.
        package let code: Int?
        package let enhanced: EnhancedStatusCode?

        /// The server's answer; nil where no reply code was given.
        package var reply: Reply? { code.map { Reply(code: $0, enhanced: enhanced, text: text) } }
    }
}

extension EnhancedStatusCode {
    /// True for `X.0.0`, which says no more than the class.
    var isGeneral: Bool { subject == 0 && detail == 0 }

    fileprivate var isOfDeadAddress: Bool { self.class == 5 && subject == 1 && (1...3).contains(detail) }
}
