import Configuration

extension Settings {
    /// A setting that is set: its name in the environment, and who set it.
    struct Origin {
        let name: String
        let source: String
        /// Nil for a secret.
        let value: String?
    }

    private static let plain = [
        "db", "smtp.url", "smtp.ca.file", "smtp.allow.plain", "smtp.password.file", "smtp.token.file", "from",
        "oauth.client.id", "oauth.client.secret.file",
        "sandbox",
        "connections", "give.up.after", "retention", "approve", "tools", "attachment.roots", "http.host",
        "http.port",
        "http.hosts", "log.level", "imap.url", "imap.poll", "imap.ca.file", "imap.password.file",
        "imap.token.file", "sent.copy", "allow.from", "allow.to", "deny.to", "max.recipients", "limit",
        "webhook.allow.private", "webhook.ca.file", "webhook.secret.file",
    ]
    /// A command may hold a secret itself, and so may a webhook's URL.
    private static let secret = [
        "smtp.password", "smtp.password.command", "smtp.token", "smtp.token.command", "http.token",
        "oauth.client.secret", "oauth.client.secret.command",
        "imap.password", "imap.password.command", "imap.token", "imap.token.command",
        "webhook", "webhook.secret", "webhook.secret.command",
    ]

    /// Every setting that is set, with where it comes from.
    var origins: [Origin] {
        let sources = ["flag", "environment", "settings file"]
        return (Self.plain.map { ($0, false) } + Self.secret.map { ($0, true) }).compactMap { key, isSecret in
            for (layer, source) in zip(layers, sources) {
                guard let value = Self.value(ConfigKey(key), in: layer, isSecret: isSecret), !value.isEmpty
                else { continue }
                let name = "ENVELOPE_" + key.uppercased().replacing(".", with: "_")
                return Origin(name: name, source: source, value: isSecret ? nil : value)
            }
            return nil
        }
    }

    /// A settings file has numbers, lists and truth values too.
    private static func value(_ key: ConfigKey, in layer: ConfigReader, isSecret: Bool) -> String? {
        layer.string(forKey: key, isSecret: isSecret) ?? layer.int(forKey: key).map(String.init)
            ?? layer.stringArray(forKey: key, isSecret: isSecret)?.joined(separator: ", ")
            ?? layer.bool(forKey: key).map(String.init)
    }
}
