import Curl
import Mail

/// Reads replies off a line: whole ones, in order, within a deadline and a size.
///
/// The deadline is for the whole reply, so that a server that trickles octets for ever meets it. A long line is
/// kept up to 2,000 octets, without the login's secret, and read to its end; a reply over 1 MiB, or over 500 lines, is no SMTP.
struct ReplyReader {
    private let connection: Connection
    private let strikeout: Strikeout
    private var buffer: [UInt8] = []
    private var start = 0
    /// Octets kept beyond the maximum, so that no secret is cut before it is recognised.
    private let margin: Int

    static let maximumLine = 2_000
    static let maximumLines = 500
    static let maximumReply = 1_048_576

    init(_ connection: Connection) {
        self.connection = connection
        strikeout = connection.strikeout
        margin = strikeout.margin
    }

    /// True when the server has said nothing that was not asked for.
    var isEmpty: Bool { start == buffer.count }

    /// True when it has said something that was not asked for, but for a 421, which needs no question (RFC 5321 §3.8).
    var isAhead: Bool { !isEmpty && !buffer[start...].starts(with: "421".utf8) }

    /// The next reply and its lines as they came.
    mutating func next(
        _ what: String, deadline: ContinuousClock.Instant
    ) async throws(Broken) -> (reply: Reply, lines: [String]) {
        var lines: [String] = []
        var size = 0
        while true {
            let line = try await nextLine(what, &size, deadline)
            guard Self.isReplyLine(line) else {
                throw Broken(.protocolError, "awaiting \(what), the server said: \(line)")
            }
            lines.append(line)
            if line.utf8.dropFirst(3).first != 0x2D {
                guard let reply = Reply(lines: lines) else {
                    throw Broken(.protocolError, "awaiting \(what), the server said: \(line)")
                }
                return (reply, lines)
            }
            if lines.count > Self.maximumLines {
                throw Broken(.protocolError, "\(what) has more than \(Self.maximumLines) lines")
            }
        }
    }

    private mutating func nextLine(
        _ what: String, _ size: inout Int, _ deadline: ContinuousClock.Instant
    ) async throws(Broken) -> String {
        var kept: [UInt8] = []
        while true {
            let fresh = buffer[start...]
            let end = fresh.firstIndex(of: 0x0A)
            let part = fresh[..<(end ?? fresh.endIndex)]
            kept.append(contentsOf: part.prefix(Self.maximumLine + margin - kept.count))
            size += part.count
            if size > Self.maximumReply { throw Broken(.protocolError, "\(what) is longer than 1 MiB") }
            if let end {
                start = end + 1
                if start == buffer.count { (buffer, start) = ([], 0) }
                if kept.last == 0x0D { kept.removeLast() }
                return strikeout.text(of: kept, limit: Self.maximumLine)
            }
            (buffer, start) = ([], 0)
            do {
                buffer = try await connection.receive(deadline: deadline)
            } catch {
                throw Broken(error, awaiting: what)
            }
            if buffer.isEmpty {
                throw Broken(.lineLost, "awaiting \(what): the server closed the connection")
            }
        }
    }

    private static func isReplyLine(_ line: String) -> Bool { Reply.code(of: line) != nil }
}
