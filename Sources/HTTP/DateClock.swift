import Glibc
import Synchronization

/// The time for `Date` (RFC 9110 §5.6.7), formatted once a second.
final class DateClock: Sendable {
    private let last = Mutex<(second: Int, text: String)>((-1, ""))

    var now: String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Self.text(second)) }
            return last.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(_ second: Int) -> String {
        var second = second
        var at = tm()
        gmtime_r(&second, &at)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(weekdays[Int(at.tm_wday)]), \(two(at.tm_mday)) \(months[Int(at.tm_mon)]) \(at.tm_year + 1900) "
            + "\(two(at.tm_hour)):\(two(at.tm_min)):\(two(at.tm_sec)) GMT"
    }
}
