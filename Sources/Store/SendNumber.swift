import Mail

/// The number of a send within one database: the millisecond of its id, and a count of the sends of that millisecond.
///
/// So numbers sort by time as ids do, whichever process recorded first, and a time is a bound of them.
enum SendNumber {
    /// Sends that one millisecond has numbers for.
    private static let perMillisecond: Int64 = 1 << 20
    /// The last millisecond that has numbers, in the year 2248.
    private static let end: Int64 = (1 << 43) - 1

    /// Not after any send that was made at `time` or later, and after every one made before it.
    static func floor(of time: Timestamp) -> Int64 { first(at: time.milliseconds) }

    /// The lowest number that a send of this id can have.
    static func floor(of id: SendID) -> Int64 { first(at: id.milliseconds) }

    /// The highest number that a send of this id can have.
    static func last(of id: SendID) -> Int64 { floor(of: id) + (perMillisecond - 1) }

    /// The millisecond that a number was made in.
    static func time(of number: Int64) -> Timestamp { Timestamp(milliseconds: number / perMillisecond) }

    private static func first(at milliseconds: Int64) -> Int64 { min(milliseconds, end) * perMillisecond }
}
