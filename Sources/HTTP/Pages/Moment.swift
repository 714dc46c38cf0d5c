/// A time of the record (RFC 3339 in UTC) for people.
enum Moment {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `23 Nov 2026`.
    static func day(_ time: String) -> String {
        let pieces = time.prefix(10).split(separator: "-")
        guard pieces.count == 3, let month = Int(pieces[1]), let day = Int(pieces[2]),
            months.indices.contains(month - 1)
        else { return time }
        return "\(day) \(months[month - 1]) \(pieces[0])"
    }

    /// `23 Nov`.
    static func dayOfYear(_ time: String) -> String {
        day(time).split(separator: " ").prefix(2).joined(separator: " ")
    }

    /// `16:04:05`.
    static func clock(_ time: String) -> String { String(time.dropFirst(11).prefix(8)) }

    /// `16:04:05.123`.
    static func exactClock(_ time: String) -> String { String(time.dropFirst(11).prefix(12)) }

    /// `16:04`.
    static func minute(_ time: String) -> String { String(time.dropFirst(11).prefix(5)) }

    /// Day and time of day, marked up for scripts and screen readers.
    static func whole(_ time: String) -> HTML {
        "<time datetime=\"\(time)\">\(day(time)), \(clock(time))</time>"
    }

    /// What a `datetime-local` field holds: `2026-11-23T16:04`.
    static func field(_ time: String) -> String { String(time.prefix(16)) }
}
