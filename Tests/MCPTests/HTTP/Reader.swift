import JSON
import Testing

@testable import MCP

/// A reply that has been read to its end.
struct Exchange {
    let status: Int
    let fields: HTTPFields
    let text: String
    /// The messages of JSON-RPC, of a plain body or a stream.
    let messages: [JSON]
    let isStream: Bool

    init(_ reply: HTTPReply, check: @escaping @Sendable (JSON) async -> Void = { _ in }) async throws {
        status = reply.status
        fields = reply.fields
        switch reply {
        case .whole(_, let fields, let body):
            text = String(decoding: body, as: UTF8.self)
            let type = fields.only("Content-Type") ?? ""
            isStream = type == "text/event-stream"
            messages =
                isStream
                ? try text.split(separator: "\n\n").compactMap(Reader.message)
                : type == "application/json" ? [try JSON(parsing: text)] : []
            for message in messages { await check(message) }
        case .stream:
            let reader = try Reader(reply, check: check)
            var messages: [JSON] = []
            while let message = try await reader.next() { messages.append(message) }
            self.messages = messages
            text = ""
            isStream = true
        }
    }

    /// The only message; nil when there is none, or more than one.
    var message: JSON? { messages.count == 1 ? messages[0] : nil }
}

/// A stream of events that a test reads one by one, as a client would; it is the only one who holds it.
final class Reader {
    private var iterator: AsyncStream<[UInt8]>.AsyncIterator?
    private let check: @Sendable (JSON) async -> Void
    private var events: [Substring] = []
    /// Comments that came in between.
    private(set) var comments = 0

    init(_ reply: HTTPReply, check: @escaping @Sendable (JSON) async -> Void = { _ in }) throws {
        guard case .stream(let status, let fields, let body) = reply else {
            Issue.record("no stream but \(reply)")
            throw NoStream()
        }
        #expect(status == 200)
        #expect(fields.only("Content-Type") == "text/event-stream")
        #expect(fields.only("Cache-Control") == "no-cache" && fields.only("X-Accel-Buffering") == "no")
        iterator = body.makeAsyncIterator()
        self.check = check
    }

    private struct NoStream: Error {}

    /// The next message; nil at the end.
    func next() async throws -> JSON? {
        while let event = await nextEvent() {
            if let message = try Self.message(event) {
                await check(message)
                return message
            }
            comments += 1
        }
        return nil
    }

    /// The next event or comment as it was written.
    func nextEvent() async -> Substring? {
        while events.isEmpty {
            guard let bytes = await iterator?.next(isolation: #isolation) else { return nil }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.hasSuffix("\n\n"))
            events = text.split(separator: "\n\n")
        }
        return events.removeFirst()
    }

    /// Lets go of the stream, as a client that disconnects.
    func leave() { iterator = nil }

    /// Nil for a comment.
    static func message(_ event: Substring) throws -> JSON? {
        if event.hasPrefix(":") { return nil }
        let lines = event.split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == "event: message" && lines[1].hasPrefix("data: "))
        return try JSON(parsing: String(lines[1].dropFirst(6)))
    }
}
