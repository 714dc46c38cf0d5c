extension Transaction {
    /// How long the server asks to wait ("try again in 5 minutes"), plus 10 s, in seconds; nil when no 4yz reply
    /// says so. The longest counts, up to 8 hours (28,800 s), the longest pause that a schedule makes by itself.
    package var retryAfterSeconds: Int? {
        let replies = [sessionRefusal, mail, data, finalDot] + recipients.map(\.reply)
        return replies.compactMap { $0 }.filter(\.isTransient).compactMap { Self.wait(in: $0.text) }.max().map
        {
            min($0 + 10, Self.maximumWait)
        }
    }

    private static let maximumWait = 28_800

    /// Reads a number with a unit of time that follows a word like "again", "retry" or "wait".
    private static func wait(in text: String) -> Int? {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        var mayFollow = 0
        for (index, word) in words.enumerated() {
            if ["again", "retry", "wait", "later", "back"].contains(word) { mayFollow = index + 4 }
            guard index <= mayFollow, mayFollow > 0,
                let (number, unit) = amount(word, next: words.dropFirst(index + 1).first)
            else { continue }
            let (seconds, overflow) = number.multipliedReportingOverflow(by: unit)
            return overflow ? maximumWait : min(seconds, maximumWait)
        }
        return nil
    }

    /// `300 seconds`, `5 min`, `300s`.
    private static func amount(_ word: Substring, next: Substring?) -> (Int, Int)? {
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number > 0 else { return nil }
        let unit = digits.count < word.count ? word.dropFirst(digits.count) : next ?? ""
        if unit == "s" || unit.hasPrefix("sec") { return (number, 1) }
        if unit == "m" || unit.hasPrefix("min") { return (number, 60) }
        if unit == "h" || unit.hasPrefix("hour") { return (number, 3_600) }
        return nil
    }
}
