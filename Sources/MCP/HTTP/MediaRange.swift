/// What kinds of answers a client takes, by its `Accept` (RFC 9110 §12.5.1).
struct Acceptance: Equatable {
    let json: Bool
    let events: Bool

    /// Without the field everything is welcome.
    init(_ fields: HTTPFields) {
        let values = fields.values(of: "Accept")
        let ranges = values.flatMap { $0.split(separator: ",") }.compactMap(MediaRange.init)
        if values.isEmpty {
            json = true
            events = true
        } else {
            json = Self.takes("application", "json", ranges)
            events = Self.takes("text", "event-stream", ranges)
        }
    }

    /// The range that names the type most closely decides.
    private static func takes(_ type: String, _ subtype: String, _ ranges: [MediaRange]) -> Bool {
        let fitting =
            ranges.first { $0.type == type && $0.subtype == subtype }
            ?? ranges.first { $0.type == type && $0.subtype == "*" }
            ?? ranges.first { $0.type == "*" && $0.subtype == "*" }
        return fitting?.isRefused == false
    }
}

/// `type/subtype;parameters`, in a list of them or alone.
struct MediaRange {
    let type: String
    let subtype: String
    /// Names in small letters, values without quotes.
    let parameters: [(name: String, value: String)]

    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        if names.count != 2 { return nil }
        type = names[0].withoutOuterWhitespace.asciiLowercased
        subtype = names[1].withoutOuterWhitespace.asciiLowercased
        if type.isEmpty || subtype.isEmpty { return nil }
        parameters = parts.dropFirst().compactMap { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count != 2 { return nil }
            var value = pair[1].withoutOuterWhitespace
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                value = String(value.dropFirst().dropLast())
            }
            return (pair[0].withoutOuterWhitespace.asciiLowercased, value)
        }
    }

    /// True for a weight of zero.
    var isRefused: Bool {
        guard let weight = parameters.first(where: { $0.name == "q" })?.value else { return false }
        return Double(weight) == 0
    }

    /// True for `application/json`, in UTF-8 if it says so at all.
    var isJSON: Bool {
        type == "application" && subtype == "json"
            && parameters.allSatisfy { $0.name != "charset" || $0.value.asciiLowercased == "utf-8" }
    }
}
