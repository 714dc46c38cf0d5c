@testable import MCP

/// The line reader, fed in chunks of every size, beside a reader that has the whole stream at once.
enum LinesTarget {
    private static let limits = [1, 2, 3, 7, 16, 64, 255, 4096, 1 << 20, 10 << 20]
    private static let chunks = [1, 2, 3, 16, 300, 1 << 16]

    static func run(_ input: ArraySlice<UInt8>) {
        guard let choice = input.first, let seed = input.dropFirst().first else { return }
        let limit = limits[Int(choice) % limits.count]
        let stream = Expansion.of(input.dropFirst(2), largest: Entry.largest)
        // Byte by byte only what is not too long for it.
        let largestChunk = max(chunks[Int(choice) / limits.count % chunks.count], stream.count >> 16)
        let expected = pieces(of: stream, limit: limit)
        var random = SeededGenerator(seed: UInt64(seed))
        var lines = Subject.Lines(limit: limit)
        var found = 0
        func take(atEnd end: Bool) {
            while let piece = lines.next(atEnd: end) {
                expect(found < expected.count, "there are \(expected.count) lines, not more")
                expect(
                    piece == expected[found],
                    "line \(found) is \(expected[found]), not \(piece), limit \(limit)")
                found += 1
            }
        }
        var place = 0
        while place < stream.count {
            let end = min(stream.count, place + 1 + random.below(largestChunk))
            lines.append(stream[place..<end])
            place = end
            take(atEnd: false)
            // A carriage return may be the first half of a line's end, so it is held beside a full line.
            expect(lines.held <= limit + 1, "\(lines.held) bytes are held, the limit is \(limit)")
        }
        take(atEnd: true)
        expect(found == expected.count, "there are \(expected.count) lines, not \(found)")
        expect(lines.held == 0, "nothing is held at the end")
        Tally.count("lines:read", found)
    }

    /// What the rules say: lines end with LF or CR LF, blank ones do not count, what is too long is told once.
    private static func pieces(of stream: [UInt8], limit: Int) -> [Subject.Lines.Piece] {
        var parts = stream.split(separator: 0x0A, omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        return parts.compactMap { part in
            let line = part.last == 0x0D ? part.dropLast() : part
            if line.count > limit { return .tooLong }
            return line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) } ? nil : .line(Array(line))
        }
    }
}
