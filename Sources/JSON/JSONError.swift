/// Why bytes are not JSON as this room takes it, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes before the place where reading stopped.
    package let offset: Int
    /// What is wrong there, without a full stop; at most a few words of the text itself, made printable.
    package let reason: String

    package var description: String { "\(reason) at byte \(offset)" }

    init(_ reason: String, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
