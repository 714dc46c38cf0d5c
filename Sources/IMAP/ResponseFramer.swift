import Mail

/// Cuts octets into whole responses (RFC 9051 §2.2.2, §4.3): lines, and between them literals, whose octets are
/// counted and never looked into.
///
/// Gives the same however the octets were cut into packets.
struct ResponseFramer {
    /// What a response is made of, in order; begins and ends with text.
    enum Piece: Hashable {
        /// Without line end, and without the `{42}` that announces the literal behind it.
        case text([UInt8])
        case literal([UInt8])
    }

    private let limits: IMAPOptions.Limits
    private var buffer: [UInt8] = []
    private var start = 0
    /// No line end is before it.
    private var searched = 0
    private var pieces: [Piece] = []
    private var textSize = 0
    private var literal: [UInt8] = []
    /// Octets of the literal that are still to come; nil outside of one.
    private var literalLeft: Int?

    init(_ limits: IMAPOptions.Limits) { self.limits = limits }

    /// True between two responses, with nothing read ahead.
    var isEmpty: Bool { start == buffer.count && pieces.isEmpty && literalLeft == nil }

    mutating func feed(_ octets: [UInt8]) {
        if start == buffer.count {
            (buffer, start, searched) = (octets, 0, 0)
        } else {
            buffer.removeFirst(start)
            searched -= start
            start = 0
            buffer += octets
        }
    }

    /// The next response; nil when its end has not come yet. Throws `Malformed` beyond a limit.
    mutating func next() throws(Malformed) -> [Piece]? {
        while true {
            if let left = literalLeft {
                let end = min(buffer.count, start + left)
                literal += buffer[start..<end]
                literalLeft = left - (end - start)
                start = end
                searched = end
                if literalLeft != 0 { return nil }
                pieces.append(.literal(literal))
                (literal, literalLeft) = ([], nil)
            }
            guard let end = buffer[searched...].firstIndex(of: 0x0A) else {
                searched = buffer.count
                if textSize + buffer.count - start > limits.response { throw tooLong }
                return nil
            }
            var line = buffer[start..<end]
            start = end + 1
            searched = start
            if line.last == 0x0D { line = line.dropLast() }
            textSize += line.count
            if textSize > limits.response { throw tooLong }
            if let (text, size) = try announcement(line) {
                pieces.append(.text(Array(text)))
                literalLeft = size
                literal.reserveCapacity(min(size, 1_048_576))
            } else {
                pieces.append(.text(Array(line)))
                defer { (pieces, textSize) = ([], 0) }
                return pieces
            }
        }
    }

    /// The line without the announcement of a literal at its end, and the literal's size; nil when there is none.
    ///
    /// The words of a status response are for people, and may end as they like.
    private func announcement(_ line: ArraySlice<UInt8>) throws(Malformed) -> (ArraySlice<UInt8>, Int)? {
        guard line.last == UInt8(ascii: "}"), let open = line.lastIndex(of: UInt8(ascii: "{")) else {
            return nil
        }
        var digits = line[(open + 1)...].dropLast()
        if digits.last == UInt8(ascii: "+") { digits = digits.dropLast() }
        var text = line[..<open]
        if text.last == UInt8(ascii: "~") { text = text.dropLast() }
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            text.last == 0x20 || text.last == UInt8(ascii: "("), pieces.isEmpty ? isData(line) : true
        else { return nil }
        guard digits.count <= 10, let size = Int(String(decoding: digits, as: UTF8.self)),
            size <= limits.literal
        else { throw Malformed("a literal is larger than \(limits.literal) octets") }
        return (text, size)
    }

    private func isData(_ line: ArraySlice<UInt8>) -> Bool {
        let words = line.split(separator: 0x20, maxSplits: 2)
        return words.count > 1 && words[0].elementsEqual([UInt8(ascii: "*")])
            && Status.Condition(words[1]) == nil
    }

    private var tooLong: Malformed { Malformed("a response is longer than \(limits.response) octets") }
}

/// Why some octets are no IMAP that this program keeps.
struct Malformed: Error, Hashable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
