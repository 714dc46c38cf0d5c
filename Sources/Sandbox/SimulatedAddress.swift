package import Mail

/// The addresses at `simulator.test` that play a fault, so that failure handling can be tried offline.
///
/// Local parts match without regard to case, and anything after a `+` is ignored: `Deferred+run7@simulator.test`
/// plays `deferred`. Every other address, there or at another domain, is taken.
package enum SimulatedAddress: String, CaseIterable, Sendable {
    case delivered
    case rejected
    case mailboxFull = "mailbox-full"
    case deferred
    case slow
    case senderBlocked = "sender-blocked"
    case tooLarge = "too-large"
    case unconfirmed

    package static let domain = "simulator.test"

    /// As one writes it in `to`.
    package var address: String { "\(rawValue)@\(Self.domain)" }

    /// What the sandbox does with it, in a line for `--help` and the docs.
    package var summary: String {
        switch self {
        case .delivered: "taken"
        case .rejected: "refused with 550 5.1.1: no such mailbox"
        case .mailboxFull: "refused once with 452 4.2.2: mailbox full; taken on the next try"
        case .deferred: "refused once with 451 4.3.0: try again later; taken on the next try"
        case .slow: "taken, but the reply comes late (10 s by default)"
        case .senderBlocked: "refused with 550 5.7.1: the sender is blocked by policy"
        case .tooLarge: "refused with 552 5.3.4: the message is too large for this mailbox"
        case .unconfirmed: "taken, but the line drops before the reply"
        }
    }

    /// The reply to RCPT when this address refuses; nil when it is taken there.
    ///
    /// 552 at RCPT is what RFC 1870 §6.4 provides for a message too large for one recipient only.
    package var refusal: Reply? {
        switch self {
        case .rejected: Reply(550, 5, 1, 1, "no such mailbox here")
        case .mailboxFull: Reply(452, 4, 2, 2, "mailbox full, try again later")
        case .deferred: Reply(451, 4, 3, 0, "not now, try again later")
        case .senderBlocked: Reply(550, 5, 7, 1, "sender blocked by policy")
        case .tooLarge: Reply(552, 5, 3, 4, "message too large for this mailbox")
        case .delivered, .slow, .unconfirmed: nil
        }
    }

    /// Finds the behaviour that a forward-path asks for; nil when it is an ordinary address.
    package init?(playedBy path: String) {
        guard let at = path.lastIndex(of: "@"), path[path.index(after: at)...].lowercased() == Self.domain
        else {
            return nil
        }
        self.init(rawValue: path[..<at].prefix { $0 != "+" }.lowercased())
    }
}
