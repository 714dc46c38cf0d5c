import Mail
package import Store

/// What an account may be used for: as whom, to whom, to how many at once, and how often.
///
/// Each rule is named as its setting is, in every refusal.
package struct GuardRails: Sendable, Hashable {
    /// The account's own sender, to anybody, as often as its server takes it.
    package static let none = GuardRails()

    /// Senders beside the account's own (`allow_from`).
    package let senders: [AddressRule]
    /// The only ones who may be written to (`allow_to`); empty lets anybody.
    package let allowed: [AddressRule]
    /// Who may not be written to, whatever else says so (`deny_to`).
    package let denied: [AddressRule]
    /// Of one message, to, cc and bcc together (`max_recipients`).
    package let maximumRecipients: Int?
    /// How much in which time (`limit`); one for each unit and window.
    package let limits: [SendLimit]

    package init(
        senders: [AddressRule] = [], allowed: [AddressRule] = [], denied: [AddressRule] = [],
        maximumRecipients: Int? = nil, limits: [SendLimit] = []
    ) {
        self.senders = senders
        self.allowed = allowed
        self.denied = denied
        self.maximumRecipients = maximumRecipients
        self.limits = limits
    }

    /// What the lists say of a recipient; nil when nothing speaks against it.
    enum Obstacle: Hashable {
        case denied(AddressRule)
        case notAllowed
    }

    func obstacle(to address: Address) -> Obstacle? {
        if let rule = denied.first(where: { $0.matches(address) }) { return .denied(rule) }
        return allowed.isEmpty || allowed.contains { $0.matches(address) } ? nil : .notAllowed
    }

    /// - Parameters:
    ///   - fields: the argument that named each address, where there is one.
    ///   - account: its name.
    /// - Throws: `recipient_not_allowed`, naming the rule and everybody whom it keeps out.
    func check(_ addresses: [Address], fields: [String] = [], of account: String) throws(Failure) {
        let refused = addresses.indices.filter { obstacle(to: addresses[$0]) != nil }
        guard let first = refused.first, let obstacle = obstacle(to: addresses[first]) else { return }
        let failure = Failure.notAllowed(
            addresses[first], obstacle, others: refused.dropFirst().map { addresses[$0] }, self, account)
        throw fields.indices.contains(first) ? failure.at(fields[first]) : failure
    }

    /// Who may not be written to from now on, also where a send was recorded before the rule was; nil for all others.
    func denial(of address: Address, account: String) -> Failure? {
        guard let rule = denied.first(where: { $0.matches(address) }) else { return nil }
        return .notAllowed(address, .denied(rule), others: [], self, account)
    }

    /// - Throws: `invalid_request` when there are more recipients than `max_recipients`.
    func check(count: Int, of account: String) throws(Failure) {
        guard let most = maximumRecipients, count > most else { return }
        throw Failure(
            .invalidRequest,
            "The message has \(count) recipients; the rule max_recipients of the account \(account) allows \(most).",
            hint: "Split it into several sends.", field: "to")
    }
}

extension Failure {
    /// The account may not send as this address.
    static func senderNotAllowed(_ from: Address, _ account: Account) -> Failure {
        let rules = account.rails.senders
        let more = rules.isEmpty ? "nobody but its own sender" : "\(rules.shown) and its own sender"
        return Failure(
            .senderNotAllowed,
            "The account \(account.record.name) may not send as \(from): the rule allow_from holds \(more).",
            hint: "Leave `from` out, or use \(account.sender.address).", field: "from")
    }

    fileprivate static func notAllowed(
        _ address: Address, _ obstacle: GuardRails.Obstacle, others: [Address], _ rails: GuardRails,
        _ account: String
    ) -> Failure {
        let rule =
            switch obstacle {
            case .denied(let rule): "the rule deny_to of the account \(account) holds \(rule)"
            case .notAllowed: "the rule allow_to of the account \(account) holds only \(rails.allowed.shown)"
            }
        let more = others.isEmpty ? "" : " Neither may \(others.shown)."
        return Failure(
            .recipientNotAllowed, "\(address) may not be written to: \(rule).\(more)",
            hint: "Leave out whom it keeps out. Only the person who runs this server can change the rule.")
    }
}

extension Array where Element: CustomStringConvertible {
    /// The first few, fit for a sentence.
    fileprivate var shown: String {
        prefix(5).map(\.description).joined(separator: ", ") + (count > 5 ? " and \(count - 5) more" : "")
    }
}
