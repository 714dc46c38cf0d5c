/// Reads how long a server asks to wait out of its words: "try again in 5 minutes", "deferred for 300 seconds",
/// "retry in 00:05:00".
enum RetryAfter {
    /// 8 hours, the longest pause that a schedule makes by itself.
    static let maximum = 28_800
    /// Added to what the server asks for, as its clock and ours differ.
    static let margin = 10

    /// The named time with its margin; nil when none is named.
    static func seconds(in text: String) -> Int? {
        let tokens = tokens(of: text)
        var mayFollow = -1
        for (index, token) in tokens.enumerated() {
            switch token {
            case .word(let word) where asksToWait(word): mayFollow = index + 4
            case .number where index <= mayFollow || isAfterIn(tokens[..<index]):
                guard let duration = duration(tokens[index...], after: tokens[..<index].last) else {
                    continue
                }
                return min(duration + margin, maximum)
            default: continue
            }
        }
        return nil
    }

    private enum Token: Equatable {
        case word(Substring)
        /// Capped, so that sums and products of it stay small.
        case number(Int)
        case colon
    }

    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var rest = text.lowercased()[...]
        while let first = rest.first {
            if first.isASCII, first.isNumber {
                let digits = rest.prefix { $0.isASCII && $0.isNumber }
                tokens.append(.number(min(Int(digits) ?? .max, 1_000_000_000)))
                rest = rest.dropFirst(digits.count)
            } else if first.isLetter {
                let letters = rest.prefix { $0.isLetter }
                tokens.append(.word(letters))
                rest = rest.dropFirst(letters.count)
            } else {
                if first == ":" { tokens.append(.colon) }
                rest = rest.dropFirst()
            }
        }
        return tokens
    }

    private static func asksToWait(_ word: Substring) -> Bool {
        [
            "again", "retry", "wait", "later", "back", "resend", "reconnect", "deferred", "delayed",
            "greylisted",
            "graylisted", "greylisting", "graylisting", "blocked", "suspended", "paused", "throttled",
            "limited",
            "unavailable", "locked",
        ].contains(word)
    }

    /// "in 1 hour", but not "100 messages in 1 hour" nor "timed out in 300 seconds".
    private static func isAfterIn(_ before: ArraySlice<Token>) -> Bool {
        guard before.last == .word("in") else { return false }
        guard case .word(let word)? = before.dropLast().last else { return true }
        return ![
            "messages", "message", "mails", "mail", "emails", "recipients", "connections", "logins",
            "attempts",
            "errors", "commands", "failures", "requests", "sessions", "out", "sent", "response", "activity",
            "data",
        ].contains(word)
    }

    /// `300 seconds`, `5m30s`, `1 hour and 5 minutes`, `00:05:00`, and `05:00` where no time of day can be meant.
    private static func duration(_ tokens: ArraySlice<Token>, after before: Token?) -> Int? {
        if let clock = clock(tokens) {
            if before == .word("at") || (clock.count < 3 && ![.word("in"), .word("for")].contains(before)) {
                return nil
            }
            return clock.reduce(0) { $0 * 60 + min($1, maximum) }
        }
        var rest = tokens
        var sum: Int?
        while case .number(let number)? = rest.popFirst(), case .word(let word)? = rest.popFirst(),
            let unit = unit(word)
        {
            sum = (sum ?? 0) + number * unit
            if rest.first == .word("and") { rest.removeFirst() }
        }
        return sum.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Two or three numbers with colons between them.
    private static func clock(_ tokens: ArraySlice<Token>) -> [Int]? {
        var numbers: [Int] = []
        var rest = tokens
        while numbers.count < 3, case .number(let number)? = rest.popFirst() {
            numbers.append(number)
            guard rest.first == .colon else { break }
            rest.removeFirst()
        }
        return numbers.count > 1 ? numbers : nil
    }

    private static func unit(_ word: Substring) -> Int? {
        if word == "s" || word.hasPrefix("sec") { return 1 }
        if word == "m" || word.hasPrefix("min") { return 60 }
        if word == "h" || word.hasPrefix("hr") || word.hasPrefix("hour") { return 3_600 }
        return word == "d" || word.hasPrefix("day") ? 86_400 : nil
    }
}

extension Transaction {
    /// How long the server asks to wait ("try again in 5 minutes"), plus 10 s, in seconds; nil when no reply that may
    /// pass says so. The longest counts, up to 8 hours (28,800 s), the longest pause that a schedule makes by itself.
    package var retryAfterSeconds: Int? {
        refusals.filter(\.diagnosis.retryable).compactMap { RetryAfter.seconds(in: $0.reply.text) }.max()
    }
}
