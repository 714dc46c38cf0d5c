/// Numbers of messages as a command takes them (`sequence-set`, RFC 9051 §9): `4`, `2:9`, `7:*`, `1,3:5`.
struct UIDSet: Hashable, CustomStringConvertible {
    let description: String

    /// Everything from a number on.
    ///
    /// The last message belongs to it whatever its number is.
    init(from first: UInt32) { description = "\(first):*" }

    init(_ range: ClosedRange<UInt32>) {
        description = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound):\(range.upperBound)"
    }

    /// Runs are drawn together. Nil for no numbers.
    init?(_ numbers: [UInt32]) {
        var runs: [ClosedRange<UInt32>] = []
        for number in Set(numbers).sorted() {
            if let last = runs.last, last.upperBound + 1 == number {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        if runs.isEmpty { return nil }
        description = runs.map { UIDSet($0).description }.joined(separator: ",")
    }
}
