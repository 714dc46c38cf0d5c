extension Timestamp {
    /// Nil for what `init(parsing:)` refuses.
    package init?(rfc3339 text: String) {
        guard let value = try? Timestamp(parsing: text) else { return nil }
        self = value
    }

    /// Reads `2026-11-22T17:00:00+01:00` (RFC 3339 §5.6): any offset, any number of fraction digits, of which
    /// three count. A leap second is the second after it.
    ///
    /// - Throws: `invalidRequest`; a time without an offset is refused with words of its own, because the
    ///   writer's zone cannot be guessed. `field` is nil.
    package init(parsing text: String) throws(Failure) {
        var reader = Reader(rest: text.trimmed.utf8[...])
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.takeAny("Tt "), let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2), reader.take(":"), let second = reader.number(2)
        else { throw Self.refusal(text, "is not an RFC 3339 time") }
        var fraction = 0
        if reader.take(".") {
            guard let digits = reader.fraction() else {
                throw Self.refusal(text, "has a dot without digits behind it")
            }
            fraction = digits
        }
        if reader.rest.isEmpty { throw Self.refusal(text, "has no offset from UTC") }
        guard let offset = reader.offset(), reader.rest.isEmpty else {
            throw Self.refusal(text, "does not end in a valid offset")
        }
        guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day), hour < 24,
            minute < 60,
            second < 60 || second == 60 && (minute - offset % 60 + 60) % 60 == 59
        else { throw Self.refusal(text, "names a day or time that does not exist") }
        let days = Self.day(year, month, day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        let milliseconds = Int64(seconds) * 1000 + Int64(second == 60 ? 0 : fraction)
        guard (0...Timestamp.latest.milliseconds).contains(milliseconds) else {
            throw Self.refusal(text, "is not between 1970 and 9999")
        }
        self.init(milliseconds: milliseconds)
    }

    private static func refusal(_ text: String, _ what: String) -> Failure {
        Failure(
            .invalidRequest, "The time \(text.quoted) \(what).",
            hint: "Write date, time and offset: 2026-11-22T16:00:00Z or 2026-11-22T17:00:00+01:00.")
    }

    private static func days(in month: Int, of year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// The day's number counted from 1970-01-01; the reverse of `date(ofDay:)`.
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Takes fixed-width pieces from the front of a text.
    private struct Reader {
        var rest: Substring.UTF8View

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func takeAny(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func number(_ width: Int) -> Int? {
            var value = 0
            var left = rest
            for _ in 0..<width {
                guard let digit = left.popFirst(), (0x30...0x39).contains(digit) else { return nil }
                value = value * 10 + Int(digit - 0x30)
            }
            rest = left
            return value
        }

        /// Milliseconds from one or more digits behind the dot.
        mutating func fraction() -> Int? {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            if digits.isEmpty { return nil }
            rest.removeFirst(digits.count)
            return (Array(digits.prefix(3)) + [0x30, 0x30]).prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }

        /// Minutes east of UTC.
        mutating func offset() -> Int? {
            if takeAny("Zz") { return 0 }
            let sign = take("-") ? -1 : take("+") ? 1 : 0
            guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours < 24,
                minutes < 60
            else { return nil }
            return sign * (hours * 60 + minutes)
        }
    }
}
