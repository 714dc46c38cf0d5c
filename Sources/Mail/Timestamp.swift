/// A point in time in whole milliseconds of UTC, from 1970-01-01 to the end of 9999.
///
/// Integer arithmetic on the proleptic Gregorian calendar alone: no time zone data, no locale, no clock.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Since 1970-01-01T00:00:00Z, without leap seconds; never negative.
    package let milliseconds: Int64

    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// A value out of range is moved to the nearer end of it.
    package init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, 0), 253_402_300_799_999)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Later by `seconds`, rounded to the millisecond and kept in range; not a number changes nothing.
    package func adding(seconds: Double) -> Timestamp {
        let moved = seconds * 1000
        if moved.isNaN { return self }
        // 2^50 ms is 35,000 years: beyond it both ends of the range are reached anyway.
        let bounded = min(max(moved, -0x1p50), 0x1p50)
        return Timestamp(milliseconds: milliseconds + Int64(bounded < 0 ? bounded - 0.5 : bounded + 0.5))
    }

    /// `2026-11-22T16:00:00.000Z` (RFC 3339), always in UTC with milliseconds.
    package var rfc3339: String {
        let at = calendar
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var line = Line(buffer: buffer)
            line.put(at.year, 4, "-")
            line.put(at.month, 2, "-")
            line.put(at.day, 2, "T")
            line.put(at.hour, 2, ":")
            line.put(at.minute, 2, ":")
            line.put(at.second, 2, ".")
            line.put(Int(milliseconds % 1000), 3, "Z")
            return line.end
        }
    }

    /// `Sun, 22 Nov 2026 16:00:00 +0000` (RFC 5322 §3.3).
    package var rfc5322: String {
        let at = calendar
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekday = weekdays[Int(milliseconds / 86_400_000 % 7)]
        return String(unsafeUninitializedCapacity: 31) { buffer in
            var line = Line(buffer: buffer)
            line.put(weekday)
            line.put(", ")
            line.put(at.day, 2, " ")
            line.put(months[at.month - 1])
            line.put(" ")
            line.put(at.year, 4, " ")
            line.put(at.hour, 2, ":")
            line.put(at.minute, 2, ":")
            line.put(at.second, 2, " ")
            line.put("+0000")
            return line.end
        }
    }

    /// Text of known length, written without a string for each of its parts.
    private struct Line {
        let buffer: UnsafeMutableBufferPointer<UInt8>
        var end = 0

        mutating func put(_ text: String) {
            for octet in text.utf8 {
                buffer[end] = octet
                end += 1
            }
        }

        /// So many digits, and an ASCII mark behind them.
        mutating func put(_ number: Int, _ width: Int, _ mark: Unicode.Scalar) {
            var rest = number
            for place in stride(from: end + width - 1, through: end, by: -1) {
                buffer[place] = 0x30 + UInt8(rest % 10)
                rest /= 10
            }
            buffer[end + width] = UInt8(ascii: mark)
            end += width + 1
        }
    }

    private var calendar: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        let seconds = Int(milliseconds / 1000)
        let (year, month, day) = Self.date(ofDay: seconds / 86_400)
        return (year, month, day, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
    }

    /// The civil date of a day counted from 1970-01-01, by eras of 400 years that start on 1 March.
    private static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + shifted / 146_097 * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

extension Timestamp: Codable {
    /// One RFC 3339 string.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Timestamp(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no RFC 3339 time with an offset")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}
