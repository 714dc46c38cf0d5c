import Configuration
import Mail
import Sending
import Tools

/// What the flags, the environment (`ENVELOPE_…`) and the settings file say, in that order.
struct Settings: Sendable {
    /// Flags, environment and file, each for itself.
    let layers: [ConfigReader]

    /// - Throws: `SettingsError` when the settings file cannot be read, or a switch is neither on nor off.
    init(_ options: SettingsOptions, environment: [String: String]) throws {
        var flags: [AbsoluteConfigKey: ConfigValue] = [:]
        func set(_ key: AbsoluteConfigKey, _ value: String?) {
            if let value { flags[key] = ConfigValue(.string(value), isSecret: false) }
        }
        set(["db"], options.db)
        set(["smtp", "url"], options.smtpURL)
        set(["smtp", "password", "file"], options.smtpPasswordFile)
        set(["smtp", "password", "command"], options.smtpPasswordCommand)
        set(["smtp", "token", "file"], options.smtpTokenFile)
        set(["smtp", "token", "command"], options.smtpTokenCommand)
        set(["smtp", "ca", "file"], options.smtpCAFile)
        set(["imap", "url"], options.imapURL)
        set(["imap", "password", "file"], options.imapPasswordFile)
        set(["imap", "password", "command"], options.imapPasswordCommand)
        set(["imap", "token", "file"], options.imapTokenFile)
        set(["imap", "token", "command"], options.imapTokenCommand)
        set(["imap", "ca", "file"], options.imapCAFile)
        set(["sent", "copy"], options.sentCopy)
        set(["imap", "poll"], options.imapPoll)
        set(["from"], options.from)
        set(["log", "level"], options.logLevel)
        set(["connections"], options.connections.map(String.init))
        set(["give", "up", "after"], options.giveUpAfter)
        set(["retention"], options.retention)
        set(["tools"], options.tools)
        set(["approve"], options.approve)
        set(["allow", "from"], options.rails.allowFrom)
        set(["allow", "to"], options.rails.allowTo)
        set(["deny", "to"], options.rails.denyTo)
        set(["max", "recipients"], options.rails.maxRecipients)
        set(["limit"], options.rails.sendLimit)
        for (key, list) in [
            (["attachment", "roots"], options.attachmentRoots), (["webhook"], options.webhooks),
        ]
        where !list.isEmpty {
            flags[AbsoluteConfigKey(key)] = ConfigValue(.stringArray(list), isSecret: false)
        }
        set(["sandbox"], options.sandbox ? "true" : nil)
        set(["smtp", "allow", "plain"], options.smtpAllowPlain ? "true" : nil)

        let named = Self.namedFile(options, environment)
        let path = named ?? Folders(environment).settingsFile
        var providers: [any ConfigProvider] = [
            InMemoryProvider(values: flags),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "envelope"),
        ]
        if let file = try path.flatMap({ path throws(SettingsError) in
            try SettingsFile.read(path, isNamed: named != nil)
        }) {
            providers.append(file)
        }
        self.layers = providers.map { ConfigReader(provider: $0) }
        for key in Self.flagKeys { _ = try checkedFlag(key) }
    }

    /// The settings file that somebody has named; nil for the usual one.
    static func namedFile(_ options: SettingsOptions, _ environment: [String: String]) -> String? {
        options.config ?? environment["ENVELOPE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    }

    var database: String? { text("db") }
    var smtpURL: String? { text("smtp.url") }
    var caFile: String? { text("smtp.ca.file") }
    var from: String? { text("from") }
    var isSandbox: Bool { flag("sandbox") }
    var allowsPlain: Bool { flag("smtp.allow.plain") }

    /// In ENVELOPE_ATTACHMENT_ROOTS separated by commas.
    var attachmentRoots: [String] { list("attachment.roots") }

    /// How to log in; nil when neither a password nor a token is set. The highest layer that sets anything decides: a
    /// flag's password file outranks the environment's token. Within one a token wins over a password, and the value
    /// over the file over the command.
    var proof: (isToken: Bool, source: SecretSource)? { proof("smtp") }

    /// The same for another protocol: `imap`.
    func proof(_ protocolName: String) -> (isToken: Bool, source: SecretSource)? {
        proofs(protocolName).first.map { ($0.isToken, $0.source) }
    }

    /// What each layer has to log in with, the highest first, and the URL beside it; flags are typed for one purpose, so
    /// theirs belongs to no URL.
    func proofs(_ protocolName: String) -> [(isToken: Bool, source: SecretSource, url: String?)] {
        layers.enumerated().compactMap { index, layer in
            for name in ["token", "password"] {
                guard let source = SecretSource("\(protocolName).\(name)", in: layer) else { continue }
                let url = index == 0 ? nil : layer.string(forKey: ConfigKey(protocolName + ".url"))
                return (name == "token", source, url.flatMap { Self.isBlank($0) ? nil : $0 })
            }
            return nil
        }
    }

    /// Connections to the server at most; nil leaves the default.
    func connections() throws(SettingsError) -> Int? {
        guard let text = text("connections") else { return nil }
        if let number = Int(text), (1...256).contains(number) { return number }
        throw SettingsError("ENVELOPE_CONNECTIONS (--connections) is a number from 1 to 256, not \(text).")
    }

    /// When a message is given up; nil leaves the default.
    func giveUpAfter() throws(SettingsError) -> Duration? {
        try duration("give.up.after", "ENVELOPE_GIVE_UP_AFTER (--give-up-after)")
    }

    /// How long mail data is kept; nil for ever.
    func retention() throws(SettingsError) -> Duration? {
        try duration("retention", "ENVELOPE_RETENTION (--retention)")
    }

    /// The address to listen on with `--http`.
    var httpHost: String? { text("http.host") }

    /// The port to listen on with `--http`.
    func httpPort() throws(SettingsError) -> Int? {
        guard let text = text("http.port") else { return nil }
        if let number = Int(text) { return number }
        throw SettingsError("ENVELOPE_HTTP_PORT (--port) is a number from 0 to 65535, not \(text).")
    }

    /// Further names that the HTTP server is reached by, separated by commas.
    var httpHosts: [String] { list("http.hosts") }

    /// What clients of the HTTP server have to show; nil asks nobody.
    var httpToken: SecretSource? {
        for layer in layers {
            if let source = SecretSource("http.token", in: layer) { return source }
        }
        return nil
    }

    /// Which sends wait for a person.
    func approval() throws(SettingsError) -> ApprovalPolicy {
        guard let text = text("approve") else { return .none }
        if let policy = ApprovalPolicy(rawValue: text.lowercased()) { return policy }
        throw SettingsError("ENVELOPE_APPROVE (--approve) is all, external or none, not \(text).")
    }

    /// The names of the tools to serve, in the order in which they are listed.
    func tools() throws(SettingsError) -> [String] {
        guard let text = text("tools") else { return MailTools.usual }
        let names = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        if let unknown = names.first(where: { !MailTools.names.contains($0) }) {
            throw SettingsError(
                "There is no tool \(unknown): ENVELOPE_TOOLS (--tools) names some of \(MailTools.names.joined(separator: ","))."
            )
        }
        return names.isEmpty ? MailTools.usual : names
    }

    func duration(_ key: String, _ name: String) throws(SettingsError) -> Duration? {
        guard let text = text(key) else { return nil }
        if let duration = Duration(setting: text), duration > .zero { return duration }
        throw SettingsError("\(name) is a time like 90m, 24h or 7d, not \(text).")
    }

    /// What the highest layer says that says anything: an empty variable is not set, and leaves the file's rule as it is.
    func text(_ key: String) -> String? {
        layers.lazy.compactMap { $0.string(forKey: ConfigKey(key)) }.first { !Self.isBlank($0) }
    }

    /// The same for what names several.
    func list(_ key: String) -> [String] {
        layers.lazy.compactMap { $0.stringArray(forKey: ConfigKey(key)) }
            .map { $0.filter { !Self.isBlank($0) } }.first { !$0.isEmpty } ?? []
    }

    static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    func flag(_ key: String) -> Bool { (try? checkedFlag(key)) ?? false }

    /// People write `1`, `true`, `yes` and `on`. Whoever meant the sandbox and mistyped must not send real mail.
    private func checkedFlag(_ key: String) throws(SettingsError) -> Bool {
        switch text(key)?.filter({ !$0.isWhitespace }).lowercased() {
        case "1", "true", "yes", "on": return true
        case nil, "", "0", "false", "no", "off": return false
        default:
            throw SettingsError(
                "\(Self.variable(key)) is 1 (true, yes, on) or 0 (false, no, off), not \(text(key) ?? "").")
        }
    }
}

extension SecretSource {
    /// What a layer says about the secret; nil when it says nothing.
    init?(_ name: String, in layer: ConfigReader) {
        let variable = Settings.variable(name)
        func text(_ suffix: String) -> String? {
            let text = layer.string(forKey: ConfigKey(name + suffix), isSecret: suffix.isEmpty)
            return text.flatMap { $0.isEmpty ? nil : $0 }
        }
        if let value = text("") {
            self.init(place: .value(value), variable: variable)
        } else if let path = text(".file") {
            self.init(place: .file(path), variable: variable + "_FILE")
        } else if let line = text(".command") {
            self.init(place: .command(line), variable: variable + "_COMMAND")
        } else {
            return nil
        }
    }
}

extension Duration {
    /// A number with a unit: `45s`, `90m`, `24h`, `7d`.
    init?(setting text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0,
            number <= 1_000_000
        else { return nil }
        self = .seconds(number * unit)
    }
}

/// Settings that cannot be used; the text is for a person.
struct SettingsError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
