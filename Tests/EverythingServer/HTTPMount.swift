import HTTPTypes
import HummingbirdCore
import Logging
import MCP
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The engine's HTTP binding behind an HTTP/1.1 server on loopback, at `/mcp`.
struct HTTPMount {
    let binding: HTTPBinding
    let door: HTTPGuard
    /// 0: any that is free.
    let port: Int
    let log: @Sendable (String) -> Void

    init(catalogue: Catalogue, port: Int, log: @escaping @Sendable (String) -> Void) {
        binding = HTTPBinding(catalogue: catalogue) {
            // 128 bits of the system's generator, which is fit for secrets.
            String(UInt64.random(in: .min ... .max), radix: 16)
                + String(UInt64.random(in: .min ... .max), radix: 16)
        }
        door = HTTPGuard(port: port == 0 ? nil : port, body: binding.limits.body)
        self.port = port
        self.log = log
    }

    func run() async throws {
        let server = try HTTPServerBuilder.http1(configuration: .init()).buildServer(
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: port)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "everything") { _ in SwiftLogNoOpLogHandler() },
            responder: { request, writer, _ in
                let response = await respond(to: request)
                try await writer.write(response: response.head, body: response.body)
            },
            onServerRunning: { channel in
                log("listening on http://127.0.0.1:\(channel.localAddress?.port ?? port)/mcp")
            })
        try await server.run()
    }

    private func respond(to request: HummingbirdCore.Request) async -> Response {
        guard request.uri.path == "/mcp" else { return Response(status: .notFound) }
        var fields = MCP.HTTPFields(request.headers.map { (name: $0.name.rawName, value: $0.value) })
        if let host = request.head.authority { fields.append("Host", host) }
        let principal: String
        do {
            principal = try door.admit(fields)
        } catch {
            return Self.response(error.reply, to: request)
        }
        var request = request
        guard let body = try? await request.collectBody(upTo: door.body) else {
            return Self.response(door.tooLarge.reply, to: request)
        }
        let message = HTTPMessage(
            method: request.method.rawValue, fields: fields, body: Array(body.readableBytesView),
            principal: principal)
        return Self.response(await binding.respond(to: message), to: request)
    }

    private static func response(_ reply: HTTPReply, to request: HummingbirdCore.Request) -> Response {
        var headers = HTTPTypes.HTTPFields()
        for line in reply.fields.lines {
            if let name = HTTPField.Name(line.name) {
                headers.append(HTTPField(name: name, value: line.value))
            }
        }
        let status = HTTPResponse.Status(code: reply.status)
        switch reply {
        case .whole(_, _, let body):
            return Response(
                status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        case .stream(_, _, let stream):
            // Whoever watches for the end of the connection cannot use it again.
            headers[.connection] = "close"
            let body = ResponseBody { writer in
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    for await bytes in stream { try await writer.write(ByteBuffer(bytes: bytes)) }
                }
                try await writer.finish(nil)
            }
            return Response(status: status, headers: headers, body: body)
        }
    }
}
