import MCP
import NIOCore

/// What of an answer goes to the wire next.
enum AnswerPart: Sendable {
    case whole(AnswerHead, [UInt8])
    /// Behind it come pieces and an end.
    case head(AnswerHead)
    case piece(ArraySlice<UInt8>)
    case end

    var head: AnswerHead? {
        switch self {
        case .whole(let head, _), .head(let head): head
        case .piece, .end: nil
        }
    }

    var isEnd: Bool {
        switch self {
        case .whole, .end: true
        case .head, .piece: false
        }
    }
}

/// Status and fields of an answer on the wire (RFC 9112 §4 and §5).
struct AnswerHead: Sendable {
    let status: Int
    let fields: HTTPFields
    /// Octets of the body; nil where it is not known yet, or its field is among the others.
    let size: Int?
    /// `Date`.
    let date: String
    /// The connection ends behind it.
    let isLast: Bool

    /// Nothing in it tells where the body ends.
    var isOpenEnded: Bool { size == nil && status != 204 && !fields.contains("Content-Length") }

    /// - Parameters:
    ///   - connection: `close` or `keep-alive` where it must be said.
    ///   - isChunked: so it is told where the body ends.
    fileprivate func write(to buffer: inout ByteBuffer, connection: StaticString?, isChunked: Bool) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status))
        buffer.writeStaticString(" ")
        buffer.writeString(Phrase.of(status))
        buffer.writeStaticString("\r\n")
        for (name, value) in fields.lines where Self.fitsOneLine(value) && !Self.isConnection(name) {
            Self.write(name, value, to: &buffer)
        }
        Self.write("Date", date, to: &buffer)
        // Nothing of this is for a cache, a frame or another site's page, unless a route says so.
        for (name, value) in Self.usual where !fields.contains(name) { Self.write(name, value, to: &buffer) }
        if let size, status != 204, !fields.contains("Content-Length") {
            Self.write("Content-Length", String(size), to: &buffer)
        }
        if isChunked { buffer.writeStaticString("Transfer-Encoding: chunked\r\n") }
        if let connection {
            buffer.writeStaticString("Connection: ")
            buffer.writeStaticString(connection)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    private static func write(_ name: String, _ value: String, to buffer: inout ByteBuffer) {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
    }

    /// What could end a line is left out with its field, whoever put it there (RFC 9110 §5.5).
    private static func fitsOneLine(_ value: String) -> Bool {
        !value.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }
    }

    private static func isConnection(_ name: String) -> Bool {
        name.utf8.count == 10 && name.lowercased() == "connection"
    }

    private static let usual = [
        ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}

/// One answer after another as octets.
struct AnswerFraming {
    private var isChunked = false

    /// - Parameters:
    ///   - isLast: the connection ends behind this answer.
    ///   - isOld: it was asked for in HTTP/1.0, which knows no chunks and ends each connection unless told.
    mutating func octets(of part: AnswerPart, isLast: Bool, isOld: Bool) -> ByteBuffer {
        if let head = part.head { isChunked = head.isOpenEnded && !isOld }
        let connection: StaticString? = isLast ? "close" : isOld ? "keep-alive" : nil
        switch part {
        case .whole(let head, let bytes):
            var buffer = ByteBufferAllocator().buffer(capacity: 512 + bytes.count)
            head.write(to: &buffer, connection: connection, isChunked: isChunked)
            buffer.writeBytes(bytes)
            return buffer
        case .head(let head):
            var buffer = ByteBufferAllocator().buffer(capacity: 512)
            head.write(to: &buffer, connection: connection, isChunked: isChunked)
            return buffer
        case .piece(let bytes):
            // An empty chunk would end the body.
            if !isChunked || bytes.isEmpty { return ByteBuffer(bytes: bytes) }
            var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + 16)
            buffer.writeString(String(bytes.count, radix: 16))
            buffer.writeStaticString("\r\n")
            buffer.writeBytes(bytes)
            buffer.writeStaticString("\r\n")
            return buffer
        case .end: return isChunked ? ByteBuffer(staticString: "0\r\n\r\n") : ByteBuffer()
        }
    }
}
