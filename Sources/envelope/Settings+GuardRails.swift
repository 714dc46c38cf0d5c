import Mail
import Sending
import Store

extension Settings {
    /// What the account may be used for.
    func guardRails() throws(SettingsError) -> GuardRails {
        GuardRails(
            senders: try rules("allow.from", "ENVELOPE_ALLOW_FROM (--allow-from)"),
            allowed: try rules("allow.to", "ENVELOPE_ALLOW_TO (--allow-to)"),
            denied: try rules("deny.to", "ENVELOPE_DENY_TO (--deny-to)"),
            maximumRecipients: try maximumRecipients(), limits: try sendLimits())
    }

    private func rules(_ key: String, _ name: String) throws(SettingsError) -> [AddressRule] {
        guard let text = text(key) else { return [] }
        return try wrapped(name) { () throws(Failure) in
            var rules: [AddressRule] = []
            for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
                rules.append(try AddressRule(parsing: String(entry)))
            }
            return rules
        }
    }

    private func maximumRecipients() throws(SettingsError) -> Int? {
        let name = "ENVELOPE_MAX_RECIPIENTS (--max-recipients)"
        guard let text = text("max.recipients") else { return nil }
        if let number = Int(text), (1...100).contains(number) { return number }
        throw SettingsError("\(name) is a number from 1 to 100, not \(text).")
    }

    private func sendLimits() throws(SettingsError) -> [SendLimit] {
        let name = "ENVELOPE_LIMIT (--send-limit)"
        guard let text = text("limit") else { return [] }
        return try wrapped(name) { () throws(Failure) in try SendLimit.list(parsing: text) }
    }

    private func wrapped<Value>(
        _ name: String, _ body: () throws(Failure) -> Value
    ) throws(SettingsError) -> Value {
        do {
            return try body()
        } catch {
            throw SettingsError("\(name): \(error.message) \(error.hint)")
        }
    }
}
