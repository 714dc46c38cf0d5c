internal import Mail

/// The file name of a taken message, `MILLISECONDS-NUMBER.eml` (since 1970); without `.eml` it is the message's id.
///
/// The number parts messages of one millisecond, whichever process took them.
struct MessageName: Hashable, Comparable {
    let at: Timestamp
    let number: Int

    var id: String { "\(at.milliseconds)-\(number)" }
    var text: String { id + Self.ending }

    private static let ending = ".eml"

    init(at: Timestamp, number: Int) {
        self.at = at
        self.number = number
    }

    init?(id: String) {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let number = Int(parts[1]) else {
            return nil
        }
        self.init(at: Timestamp(milliseconds: milliseconds), number: number)
        // One spelling for one message: no sign, no leading zero.
        if self.id != id { return nil }
    }

    init?(text: String) {
        guard text.hasSuffix(Self.ending) else { return nil }
        self.init(id: String(text.dropLast(Self.ending.count)))
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.at, left.number) < (right.at, right.number)
    }
}
