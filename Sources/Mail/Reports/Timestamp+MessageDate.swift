extension Timestamp {
    /// Reads `Sun, 22 Nov 2026 17:00:00 +0100 (CET)` (RFC 5322 §3.3, with the zones and years of §4.3); nil for what
    /// it cannot be sure of, as a time without a zone.
    package init?(messageDate text: String) {
        var words = text.utf8.prefix(200).split { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C }.map { $0.asText }[
            ...]
        if let first = words.first, Int(first) == nil { words = words.dropFirst() }
        guard words.count >= 5 else { return nil }
        let parts = Array(words.prefix(5))
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        guard let day = Self.number(parts[0][...], 1...2),
            let month = months.firstIndex(of: parts[1].lowercased()),
            var year = Self.number(parts[2][...], 2...4), let offset = Self.offset(parts[4])
        else { return nil }
        // RFC 5322 §4.3: two digits below 50 are of this century.
        if parts[2].utf8.count < 4 { year += year < 50 ? 2000 : 1900 }
        let clock = parts[3].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(clock.count), let hour = Self.number(clock[0], 1...2),
            let minute = Self.number(clock[1], 2...2),
            let second = clock.count == 3 ? Self.number(clock[2], 2...2) : 0
        else { return nil }
        let date = "\(Self.padded(year, 4))-\(Self.padded(month + 1, 2))-\(Self.padded(day, 2))"
        let time = "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
        self.init(rfc3339: "\(date)T\(time)\(offset)")
    }

    private static func number(_ text: Substring, _ digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// As RFC 3339 writes it.
    private static func offset(_ zone: String) -> String? {
        if let sign = zone.first, sign == "+" || sign == "-" {
            let digits = zone.dropFirst()
            guard number(digits, 4...4) != nil else { return nil }
            return "\(sign)\(digits.prefix(2)):\(digits.suffix(2))"
        }
        return switch zone.uppercased() {
        case "GMT", "UT", "UTC", "Z": "Z"
        case "EDT": "-04:00"
        case "EST", "CDT": "-05:00"
        case "CST", "MDT": "-06:00"
        case "MST", "PDT": "-07:00"
        case "PST": "-08:00"
        default: nil
        }
    }
}
