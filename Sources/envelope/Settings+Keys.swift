import JSON

/// The names of all settings.
extension Settings {
    static let plainKeys: Set = [
        "db", "from", "sandbox", "connections", "give.up.after", "retention", "approve", "tools", "log.level",
        "smtp.url", "smtp.ca.file", "smtp.allow.plain", "smtp.password.file", "smtp.token.file",
        "imap.url", "imap.poll", "imap.ca.file", "imap.password.file", "imap.token.file", "sent.copy",
        "oauth.client.id", "oauth.client.secret.file",
        "allow.from", "allow.to", "deny.to", "max.recipients", "limit", "attachment.roots",
        "http.host", "http.port", "http.hosts", "http.token.file",
        "webhook.ca.file", "webhook.allow.private", "webhook.secret.file",
    ]
    /// A command, or a webhook's URL, may hold a secret itself.
    static let secretKeys: Set = [
        "smtp.password", "smtp.password.command", "smtp.token", "smtp.token.command",
        "imap.password", "imap.password.command", "imap.token", "imap.token.command",
        "oauth.client.secret", "oauth.client.secret.command", "http.token", "http.token.command",
        "webhook", "webhook.url", "webhook.secret", "webhook.secret.command",
    ]
    static let keys = plainKeys.union(secretKeys)
    static let listKeys: Set = ["attachment.roots", "http.hosts", "webhook", "webhook.url"]
    static let flagKeys = ["sandbox", "smtp.allow.plain", "webhook.allow.private"]

    /// What only the environment says: where the file is, the keys of the record, and what tests set.
    private static let environmentKeys: Set = [
        "config", "secret.key", "secret.key.file", "secret.key.command", "secret.key.new",
        "secret.key.new.file", "secret.key.new.command", "stop.at", "lease.seconds",
    ]

    /// `ENVELOPE_SMTP_URL` for `smtp.url`.
    static func variable(_ key: String) -> String {
        "ENVELOPE_" + key.uppercased().replacing(".", with: "_")
    }

    /// Variables that look like settings and are none, in words for a person: one letter off, a rule guards nothing.
    static func strangers(in environment: [String: String]) -> [String] {
        let known = keys.union(environmentKeys).map(variable).sorted()
        return environment.keys.sorted().filter { $0.hasPrefix("ENVELOPE_") && !known.contains($0) }.map {
            name in
            let meant = name.nearest(among: known).map { "; is \($0) meant?" } ?? ""
            return "\(name) is no setting of this program\(meant)"
        }
    }
}
