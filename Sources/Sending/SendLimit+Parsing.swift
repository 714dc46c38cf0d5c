package import Mail
package import Store

extension SendLimit {
    /// Reads `10/minute, 100/hour, 500 recipients/day`: a number, what is counted where it is not messages, and a time.
    ///
    /// - Throws: `invalid_request`, saying what is wrong and what would be right.
    package static func list(parsing text: String) throws(Failure) -> [SendLimit] {
        var limits: [SendLimit] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let limit = try SendLimit(parsing: entry)
            if limits.contains(where: { $0.name == limit.name }) {
                throw refusal(entry, "comes after another limit of the same kind", "Keep the smaller one.")
            }
            limits.append(limit)
        }
        return limits
    }

    private init(parsing text: Substring) throws(Failure) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let words = (parts.first ?? "").split(separator: " ")
        guard parts.count == 2, let number = words.first, words.count <= 2 else {
            throw Self.refusal(text, "is no limit", Self.form)
        }
        guard let count = Int(number), (1...1_000_000).contains(count) else {
            throw Self.refusal(text, "has no number from 1 to 1000000 in front", Self.form)
        }
        let unit: Unit
        switch words.dropFirst().first?.lowercased() {
        case nil, "send", "sends", "message", "messages": unit = .sends
        case "recipient", "recipients": unit = .recipients
        default: throw Self.refusal(text, "counts something unknown", "Count messages, or recipients.")
        }
        switch parts[1].filter({ $0 != " " }).lowercased() {
        case "minute", "min", "m": self.init(count, unit, per: .minute)
        case "hour", "h": self.init(count, unit, per: .hour)
        case "day", "d": self.init(count, unit, per: .day)
        default: throw Self.refusal(text, "is for an unknown time", "Use /minute, /hour or /day.")
        }
    }

    private static let form = "Write it as 10/minute, or 500 recipients/day."

    private static func refusal(_ text: Substring, _ what: String, _ hint: String) -> Failure {
        Failure(
            .invalidRequest, "\(Reply.printable(String(text), limit: 80).debugDescription) \(what).",
            hint: hint)
    }
}
