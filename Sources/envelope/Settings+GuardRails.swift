import Configuration
import Mail
import Sending
import Store

extension Settings {
    /// What the account may be used for.
    ///
    /// - Throws: `SettingsError` also for a value of the wrong kind: a rule that is left out unseen guards nothing.
    func guardRails() throws(SettingsError) -> GuardRails {
        GuardRails(
            senders: try rules(["allow", "from"], "ENVELOPE_ALLOW_FROM (--allow-from)"),
            allowed: try rules(["allow", "to"], "ENVELOPE_ALLOW_TO (--allow-to)"),
            denied: try rules(["deny", "to"], "ENVELOPE_DENY_TO (--deny-to)"),
            maximumRecipients: try maximumRecipients(), limits: try sendLimits())
    }

    private func rules(_ key: AbsoluteConfigKey, _ name: String) throws(SettingsError) -> [AddressRule] {
        guard let text = try words(key, name) else { return [] }
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
        guard let text = try words(["max", "recipients"], name) else { return nil }
        if let number = Int(text), (1...100).contains(number) { return number }
        throw SettingsError("\(name) is a number from 1 to 100, not \(text).")
    }

    private func sendLimits() throws(SettingsError) -> [SendLimit] {
        let name = "ENVELOPE_LIMIT (--send-limit)"
        guard let text = try words(["limit"], name) else { return [] }
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

    /// The highest layer's text; a list of a settings file joined by commas. Nil when nothing is set, or it is empty.
    private func words(_ key: AbsoluteConfigKey, _ name: String) throws(SettingsError) -> String? {
        for provider in providers {
            guard let text = try Self.words(key, name, in: provider) else { continue }
            return text.contains { $0 != " " } ? text : nil
        }
        return nil
    }

    private static func words(
        _ key: AbsoluteConfigKey, _ name: String, in provider: any ConfigProvider
    ) throws(SettingsError) -> String? {
        for type in [ConfigType.string, .stringArray, .int] {
            // It throws where there is a value of another kind.
            guard let result = try? provider.value(forKey: key, type: type) else { continue }
            switch result.value?.content {
            case nil: return nil
            case .string(let text): return text
            case .stringArray(let list): return list.joined(separator: ",")
            case .int(let number): return String(number)
            default: continue
            }
        }
        throw SettingsError("\(name) is a text, or in a settings file also a list of texts.")
    }
}
