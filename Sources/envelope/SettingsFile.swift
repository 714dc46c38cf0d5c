import Configuration
import Glibc
import JSON

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The settings file: JSON whose names are those of the variables in small letters, with each `_` as it is or as a level:
/// `{"smtp_url": "…"}` or `{"smtp": {"url": "…"}}`.
///
/// Strict, for a rule that is left out unseen guards nothing: a name that is no setting and a value that is no text,
/// number, truth value or list of them are errors.
struct SettingsFile {
    private let path: String
    private var values: [AbsoluteConfigKey: ConfigValue] = [:]

    /// - Returns: nil when there is no such file and it is only the usual one.
    static func read(_ path: String, isNamed: Bool) throws(SettingsError) -> (any ConfigProvider)? {
        if !isNamed, SystemFile.isMissing(path) { return nil }
        var file = SettingsFile(path: path)
        try file.take(try file.json(), [])
        return InMemoryProvider(name: "settings file", values: file.values)
    }

    private init(path: String) { self.path = path }

    private func json() throws(SettingsError) -> JSON {
        guard let octets = FileManager.default.contents(atPath: path).map(Array.init) else {
            let reason = access(path, R_OK) == 0 ? "it is no file" : String(cString: strerror(errno))
            throw SettingsError("The settings file \(path) cannot be read: \(reason).")
        }
        do throws(JSONError) {
            return try JSON(parsing: octets)
        } catch {
            let line = octets.prefix(error.offset).count { $0 == 0x0A } + 1
            throw SettingsError("The settings file \(path) is not JSON: \(error.reason) in line \(line).")
        }
    }

    private mutating func take(_ value: JSON, _ words: [String]) throws(SettingsError) {
        let key = words.joined(separator: ".")
        // An empty one sets nothing, but where a value belongs it is none.
        if let object = value.object, !object.names.isEmpty || !Settings.keys.contains(key) {
            for name in object.names {
                guard let value = object[name] else { continue }
                try take(value, words + name.lowercased().split(separator: "_").map(String.init))
            }
            return
        }
        let variable = Settings.variable(key)
        guard Settings.keys.contains(key) else {
            if words.isEmpty {
                throw SettingsError(
                    "The settings file \(path) is not a JSON object, as {\"smtp\": {\"url\": \"…\"}} is.")
            }
            let meant =
                key.nearest(among: Settings.keys.sorted()).map { " Is \(Self.shape($0)) meant?" } ?? ""
            throw SettingsError(
                "The settings file \(path) names \(String(reflecting: words.joined(separator: "_"))), which is no setting.\(meant)"
            )
        }
        if value.isNull { return }
        var texts: [String] = []
        for item in value.array ?? [value] { texts.append(try text(item, variable)) }
        // Else a list that lost its last entry would allow everybody.
        if ["allow.to", "allow.from"].contains(key), texts.allSatisfy(Settings.isBlank) {
            throw SettingsError(
                "\(variable) in the settings file \(path) is empty: name whom it allows, or leave it out.")
        }
        let isList = Settings.listKeys.contains(key)
        if isList, value.array == nil {
            texts = texts[0].split(separator: ",").map { String($0.drop { $0 == " " }) }
        }
        let value = ConfigValue(
            isList ? .stringArray(texts) : .string(texts.joined(separator: ",")),
            isSecret: Settings.secretKeys.contains(key))
        if values.updateValue(value, forKey: .init(words)) != nil {
            throw SettingsError("The settings file \(path) sets \(variable) twice.")
        }
    }

    private func text(_ value: JSON, _ variable: String) throws(SettingsError) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        default:
            throw SettingsError(
                "\(variable) in the settings file \(path) is a text, a whole number, true or false, or a list of texts."
            )
        }
    }

    /// As it stands in a file: `{"smtp": {"url": …}}`.
    private static func shape(_ key: String) -> String {
        let words = key.split(separator: ".")
        return words.map { "{\"\($0)\": " }.joined() + "…" + words.map { _ in "}" }.joined()
    }
}
