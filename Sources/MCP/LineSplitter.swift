import Glibc

/// Lines out of a stream of bytes, with a bound on what is held of a line that does not end.
struct LineSplitter {
    enum Piece: Equatable {
        /// Without its LF or CR LF; never blank.
        case line([UInt8])
        /// A line beyond the limit, told once; the rest of it is skipped.
        case tooLong
    }

    private let limit: Int
    private var bytes: [UInt8] = []
    /// Where the current line begins in `bytes`, and how far it was searched for its end.
    private var start = 0
    private var searched = 0
    private var skipping = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes that wait.
    var held: Int { bytes.count - start }
    var isEmpty: Bool { held == 0 }

    mutating func append(_ chunk: ArraySlice<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: chunk)
    }

    /// The next whole line; at the `end` of the stream an unfinished one counts too. Nil when more bytes are needed.
    mutating func next(atEnd end: Bool = false) -> Piece? {
        while true {
            guard let feed = endOfLine() ?? (end && !isEmpty ? bytes.count : nil) else { return overflow() }
            let line = take(upTo: feed)
            if skipping {
                skipping = false
            } else if line.count > limit {
                return .tooLong
            } else if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                return .line(line)
            }
        }
    }

    /// The current line without its end, which is left behind.
    private mutating func take(upTo feed: Int) -> [UInt8] {
        let end = feed > start && bytes[feed - 1] == UInt8(ascii: "\r") ? feed - 1 : feed
        var line: [UInt8]
        if start == 0, feed + 1 >= bytes.count {
            // All there is, often the whole of a long message: given away, not copied.
            line = bytes
            bytes = []
            line.removeLast(line.count - end)
        } else {
            line = Array(bytes[start..<end])
            start = feed + 1
        }
        if start >= bytes.count { drop() }
        searched = start
        return line
    }

    private mutating func endOfLine() -> Int? {
        let found: Int? = bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, searched < bytes.count else { return nil }
            guard let feed = memchr(base + searched, 0x0A, bytes.count - searched) else { return nil }
            return base.distance(to: feed)
        }
        if let found { return found }
        searched = bytes.count
        return nil
    }

    private mutating func overflow() -> Piece? {
        if skipping {
            drop()
            return nil
        }
        // A CR at the end may be half of the line's end.
        if held - (bytes.last == UInt8(ascii: "\r") ? 1 : 0) <= limit { return nil }
        skipping = true
        drop()
        return .tooLong
    }

    private mutating func drop() {
        bytes = []
        start = 0
        searched = 0
    }
}
