import JSON

/// Which sends the list shows, as the address of the page says it.
struct ListFilter: Sendable, Hashable {
    var status = ""
    var state = ""
    var account = ""
    /// A recipient's address.
    var to = ""
    /// A part of subject, sender or To.
    var query = ""
    /// A stretch that ends now: `1h`, `24h`, `7d` or `30d`; empty for none.
    var within = ""
    /// RFC 3339, or what a `datetime-local` field gives, which is taken as UTC.
    var since = ""
    var until = ""
    var cursor = ""

    /// The stretches that can be chosen, with their seconds.
    static let stretches: [(word: String, name: HTML, seconds: Double)] = [
        ("1h", "Last hour", 3_600), ("24h", "Last 24 hours", 86_400), ("7d", "Last 7 days", 604_800),
        ("30d", "Last 30 days", 2_592_000),
    ]

    static let statuses = ["queued", "sent", "failed"]

    init() {}

    init(_ value: (String) -> String?) {
        func take(_ name: String) -> String {
            // Longer than any of them can be meant to be.
            String((value(name) ?? "").prefix(400))
        }
        status = Self.statuses.contains(take("status")) ? take("status") : ""
        state = take("state") == "held" ? "held" : ""
        account = take("account")
        to = take("to")
        query = take("query")
        since = Self.time(take("since"))
        until = Self.time(take("until"))
        // Times that somebody wrote say more than a stretch that was chosen before.
        let isStretch = since.isEmpty && until.isEmpty
        within = isStretch && Self.stretches.contains { $0.word == take("within") } ? take("within") : ""
        cursor = take("cursor")
    }

    var seconds: Double? { Self.stretches.first { $0.word == within }?.seconds }

    /// True when it narrows anything.
    var isSet: Bool { !parameters.filter { $0.name != "cursor" }.isEmpty }

    /// The arguments of `list_sends`.
    func arguments(limit: Int) -> JSON.Object {
        var arguments: JSON.Object = ["limit": .integer(Int64(limit))]
        for (name, value) in parameters where name != "within" { arguments[name] = .string(value) }
        return arguments
    }

    /// Where the page of this filter is.
    var address: String { address("/") }

    func address(_ path: String) -> String {
        let query = parameters.map { "\($0.name)=\(Target.encoded($0.value))" }.joined(separator: "&")
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    func with(_ change: (inout ListFilter) -> Void) -> ListFilter {
        var changed = self
        changed.cursor = ""
        change(&changed)
        return changed
    }

    private var parameters: [(name: String, value: String)] {
        [
            ("status", status), ("state", state), ("account", account), ("to", to), ("query", query),
            ("within", within), ("since", since), ("until", until), ("cursor", cursor),
        ].filter { !$0.1.isEmpty }
    }

    /// `2026-11-23T16:04` means UTC here; anything longer says its offset itself.
    private static func time(_ text: String) -> String {
        switch text.utf8.count {
        case 16: text + ":00Z"
        case 19: text + "Z"
        default: text
        }
    }
}
