/// Finds the end of mail data and takes off the dots that the client put before lines that begin with one
/// (RFC 5321 §4.5.2).
///
/// Only CRLF "." CRLF ends it. A bare LF or CR is an ordinary octet here: a server that lets `LF . LF` end the
/// data lets one message smuggle in another.
struct DataReader {
    private enum State {
        case lineStart, inLine, afterCR, afterDot, afterDotCR
    }

    private var state = State.lineStart
    private var lineLength = 0
    /// Octets handed on so far.
    private(set) var size = 0
    /// True once a line was over 998 octets without its CRLF (RFC 5321 §4.5.3.1.6).
    private(set) var hasLongLine = false

    static let maximumLineLength = 998

    /// Reads one chunk, handing the octets of the message on in runs that are as long as they can be.
    ///
    /// - Returns: how many octets of the chunk belong to the mail data, its end mark included, and whether the
    ///   end was reached.
    mutating func read(
        _ chunk: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> (consumed: Int, ended: Bool) {
        var runStart = 0
        var index = 0
        func emit(_ end: Int, _ size: inout Int) throws {
            guard end > runStart else { return }
            size += end - runStart
            try sink(UnsafeRawBufferPointer(rebasing: chunk[runStart..<end]))
        }
        while index < chunk.count {
            let byte = chunk[index]
            switch state {
            case .lineStart where byte == 0x2E:
                try emit(index, &size)
                runStart = index + 1
                state = .afterDot
            case .afterDot where byte == 0x0D:
                // This CR is the end mark's, or belongs to a line that only lost its dot: known with the next octet.
                runStart = index + 1
                state = .afterDotCR
            case .afterDotCR where byte == 0x0A:
                return (index + 1, true)
            case .afterDotCR:
                try Self.carriageReturn.withUnsafeBytes { try sink($0) }
                size += 1
                lineLength = 1
                state = .afterCR
                continue
            case .afterCR where byte == 0x0A:
                if lineLength - 1 > Self.maximumLineLength { hasLongLine = true }
                lineLength = 0
                state = .lineStart
            default:
                lineLength += 1
                state = byte == 0x0D ? .afterCR : .inLine
            }
            index += 1
        }
        try emit(index, &size)
        return (index, false)
    }

    private static let carriageReturn: [UInt8] = [0x0D]
}
