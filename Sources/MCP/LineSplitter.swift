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
            guard let feed = endOfLine() ?? (end && start < bytes.count ? bytes.count : nil) else {
                return overflow()
            }
            let line = bytes[start..<feed]
            start = min(feed + 1, bytes.count)
            searched = start
            if skipping {
                skipping = false
                forget()
                continue
            }
            if line.count > limit {
                forget()
                return .tooLong
            }
            let trimmed = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            let blank = trimmed.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            let piece = blank ? nil : Piece.line(Array(trimmed))
            forget()
            if let piece { return piece }
        }
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
        if held <= limit { return nil }
        skipping = true
        drop()
        return .tooLong
    }

    private mutating func drop() {
        bytes = []
        start = 0
        searched = 0
    }

    /// Gives memory back once everything was taken: a line with attachments may have held tens of megabytes.
    private mutating func forget() {
        guard start == bytes.count else { return }
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
        start = 0
        searched = 0
    }
}
