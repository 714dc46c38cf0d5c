package import Logging
package import MCP
package import Tools

/// The service as HTTP: from the head and body of a request to the reply, with no idea of sockets.
package struct Face: Sendable {
    /// What the program is called and what it serves.
    package struct Offer: Sendable {
        package let version: String
        package let isSandbox: Bool
        package let tools: [Tool]
        package let operations: Operations
        /// The endpoint of the Model Context Protocol; nil serves none.
        package let mcp: HTTPBinding?
        /// What a person sees in a browser; nil shows nothing.
        package let pages: Pages?

        package init(
            version: String, isSandbox: Bool, tools: [Tool], operations: Operations,
            mcp: HTTPBinding? = nil, pages: Pages? = nil
        ) {
            self.version = version
            self.isSandbox = isSandbox
            self.tools = tools
            self.operations = operations
            self.mcp = mcp
            self.pages = pages
        }
    }

    /// Why a body could not be had.
    enum BodyFault: Error {
        case tooLarge, tooSlow, tooMuchAtOnce, broken
    }

    let offer: Offer
    let door: Door
    let traffic: Traffic
    let routes: [Route]
    private let logger: Logger

    package init(_ offer: Offer, settings: HTTPSettings, logger: Logger) {
        let traffic = Traffic()
        self.offer = offer
        self.door = Door(settings)
        self.traffic = traffic
        self.routes = Self.routes(offer, settings.limits, traffic)
        self.logger = logger
    }

    /// The whole way of one request.
    ///
    /// - Parameters:
    ///   - target: path and query as sent.
    ///   - body: collects it, up to so many bytes; called at most once, and only when it is wanted.
    func respond(
        _ method: String, _ target: String, _ fields: HTTPFields, waiting: Waiting = .none,
        body: (Int) async throws(BodyFault) -> [UInt8]
    ) async -> HTTPReply {
        var route: Route?
        var reply: HTTPReply
        do throws(Refused) {
            reply = try await answer(method, target, fields, waiting, route: &route, body: body)
        } catch {
            reply = error.reply
        }
        let name = route?.name ?? "other"
        traffic.answered(name, status: reply.status)
        logger.info(
            "request",
            metadata: ["method": "\(method.prefix(16))", "route": "\(name)", "status": "\(reply.status)"])
        return method == "HEAD" ? reply.head : reply
    }

    private func answer(
        _ method: String, _ target: String, _ fields: HTTPFields, _ waiting: Waiting, route: inout Route?,
        body: (Int) async throws(BodyFault) -> [UInt8]
    ) async throws(Refused) -> HTTPReply {
        if target == "*", method == "OPTIONS" {
            _ = try door.admit(fields, isProbe: true)
            return .whole(status: 204, fields: ["Allow": "GET, HEAD, POST, DELETE, OPTIONS"], body: [])
        }
        let parsed = Target(Target.path(of: target, at: fields.only("Host")))
        route = parsed.flatMap { target in routes.first { $0.matches(target.segments) } }
        let principal = try door.admit(
            fields, isProbe: route?.isProbe == true, isPage: route?.isPage == true,
            isShared: route?.isShared != false)
        guard let parsed else {
            throw Refused(
                400, "The path or query of the request cannot be read.",
                hint: "Percent-encode what is not a letter, digit or -._~ as UTF-8 (RFC 3986 §2.1).")
        }
        guard let route else { throw .notFound(parsed.raw) }
        guard let operation = route.operation(method) else {
            if method == "OPTIONS" { return .whole(status: 204, fields: ["Allow": route.allowed], body: []) }
            throw Refused(
                405, "\(route.name) does not take this method.", hint: "Use one of \(route.allowed).",
                fields: ["Allow": route.allowed])
        }
        if let names = operation.query { try Query.check(parsed.query, names) }
        var bytes: [UInt8] = []
        if let wanted = operation.body { bytes = try await collect(wanted, fields, body) }
        return try await operation.handler(
            WebRequest(
                method: method == "HEAD" ? "GET" : method, target: parsed, fields: fields,
                principal: principal, body: bytes, waiting: waiting))
    }

    private func collect(
        _ wanted: Route.Body, _ fields: HTTPFields, _ body: (Int) async throws(BodyFault) -> [UInt8]
    ) async throws(Refused) -> [UInt8] {
        try MediaType.checkCoding(fields)
        if wanted.isJSON { try MediaType.checkJSON(fields) }
        do throws(BodyFault) {
            return try await body(wanted.limit)
        } catch {
            switch error {
            case .tooLarge:
                throw Refused(
                    413, "The body is longer than \(wanted.limit) bytes.",
                    hint: "Send less: attachments may have 25 MiB in all.", fields: ["Connection": "close"])
            case .tooSlow:
                throw Refused(
                    408, "The body did not come in time; nothing was recorded or sent.",
                    hint: "Send it again, in one go.", fields: ["Connection": "close"])
            case .tooMuchAtOnce:
                throw Refused(
                    503, "Too many large requests are being read; nothing was recorded or sent.",
                    hint: "Send it again in a moment.", fields: ["Retry-After": "2", "Connection": "close"])
            case .broken:
                throw Refused(
                    400, "The body ended before it was whole; nothing was recorded or sent.",
                    hint: "Send it again.", fields: ["Connection": "close"])
            }
        }
    }
}

extension HTTPReply {
    /// Without its body (RFC 9110 §9.3.2); what would have streamed ends here.
    fileprivate var head: HTTPReply {
        var fields = fields
        if case .whole(_, _, let body) = self { fields.append("Content-Length", String(body.count)) }
        return .whole(status: status, fields: fields, body: [])
    }
}

extension Refused {
    static func notFound(_ path: String) -> Refused {
        Refused(
            404, "There is nothing at \(path.prefix(100).debugDescription).",
            hint: "GET / names what there is; /openapi.json describes it.")
    }
}
