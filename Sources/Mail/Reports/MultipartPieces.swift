/// The body of a multipart cut at its delimiter lines (RFC 2046 §5.1.1), each octet looked at once.
///
/// Without a last delimiter the last piece goes to the end; without any there is none.
struct MultipartPieces: Sequence, IteratorProtocol {
    private let delimiter: [UInt8]
    private var lines: OctetLines
    private var isInside = false

    /// - Parameter boundary: where nil (some servers lose it), the first line that begins with `--` says it.
    init(_ body: ArraySlice<UInt8>, boundary: String?) {
        lines = OctetLines(body)
        if let boundary, !boundary.isEmpty, boundary.utf8.count <= 200 {
            delimiter = [0x2D, 0x2D] + boundary.utf8
        } else {
            let first = OctetLines(body.prefix(4096)).first { $0.starts(with: [0x2D, 0x2D]) && $0.count > 4 }
            delimiter = first.map { Array($0.prefix(202).trimmed) } ?? []
        }
    }

    mutating func next() -> ArraySlice<UInt8>? {
        if delimiter.isEmpty { return nil }
        if !isInside {
            while let line = lines.next() {
                guard let isLast = delimits(line) else { continue }
                if isLast { return nil }
                isInside = true
                break
            }
            if !isInside { return nil }
        }
        let piece = lines.rest
        if piece.isEmpty { return nil }
        // The line break before a delimiter belongs to it.
        var end = piece.startIndex
        while let line = lines.next() {
            guard let isLast = delimits(line) else {
                end = line.endIndex
                continue
            }
            isInside = !isLast
            if isLast { lines = OctetLines([]) }
            return piece[..<end]
        }
        return piece
    }

    /// True for the last delimiter, false for another, nil for any other line.
    private func delimits(_ line: ArraySlice<UInt8>) -> Bool? {
        guard line.first == 0x2D, line.starts(with: delimiter) else { return nil }
        // `--ab` is no delimiter of the boundary `a`: inner boundaries often only add to the outer one.
        let tail = line.dropFirst(delimiter.count)
        if tail.starts(with: [0x2D, 0x2D]) { return true }
        return tail.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? false : nil
    }
}
