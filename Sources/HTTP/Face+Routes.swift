import JSON
import MCP
import Tools

extension Face {
    /// Everything that there is. A tool that is not served has no route either, so that both faces offer the same.
    static func routes(_ offer: Offer, _ limits: HTTPLimits, _ traffic: Traffic) -> [Route] {
        let message = Route.Body(limit: limits.messageBody, isJSON: true)
        let service = ServiceRoutes(offer: offer, traffic: traffic)
        var routes = [Route("/", [.get(nil) { request in await service.root(request) }]).asPage]
        if let tool = offer.tool("send_email") {
            let sending = SendRoute(tool: tool)
            routes.append(
                Route(
                    "/send",
                    [
                        .post(message, query: ["wait_seconds"]) { request throws(Refused) in
                            try await sending.send(request)
                        }
                    ]))
        }
        if let tool = offer.tool("track_send") {
            let tracking = RecordRoutes(tool, offer.operations)
            routes.append(
                Route(
                    "/track/{id}",
                    [
                        .get(["wait_seconds"]) { request throws(Refused) in try await tracking.track(request)
                        }
                    ]))
            routes.append(
                Route(
                    "/sends/{id}/message",
                    [.get { request throws(Refused) in try await service.message(request) }]
                ).asPage)
        }
        if let tool = offer.tool("list_sends") {
            let listing = RecordRoutes(tool, offer.operations)
            routes.append(
                Route(
                    "/sends",
                    [.get(listing.parameters) { request throws(Refused) in try await listing.list(request) }])
            )
        }
        if let tool = offer.tool("cancel_send") {
            let cancelling = RecordRoutes(tool, offer.operations)
            routes.append(
                Route(
                    "/sends/{id}/cancel",
                    [
                        Route.Operation(method: "POST", body: nil, query: []) { request throws(Refused) in
                            try await cancelling.cancel(request)
                        }
                    ]))
        }
        routes += [
            Route(
                "/accounts", [.get { request throws(Refused) in try await service.accounts(request) }]),
            Route("/schemas", [.get { request in service.schemas(request) }]),
            Route(
                "/schemas/{tool}", [.get { request throws(Refused) in try service.schema(request) }]),
            Route("/openapi.json", [.get { [document = OpenAPI(offer).bytes] _ in .document(document) }]),
            Route(
                "/healthz", isProbe: true, [.get(nil) { request in service.health(request) }]),
            Route(
                "/readyz", isProbe: true,
                [.get(nil) { request throws(Refused) in try await service.readiness(request) }]),
            Route("/metrics", [.get(nil) { _ in await service.metrics() }]),
        ]
        if let mcp = offer.mcp { routes.append(protocolRoute(mcp)) }
        if let pages = offer.pages { routes += pages.routes.map(\.asPage) }
        return routes
    }

    /// The endpoint of the protocol, which has its own rules for bodies and headers.
    private static func protocolRoute(_ mcp: HTTPBinding) -> Route {
        let body = Route.Body(limit: mcp.limits.body, isJSON: false)
        let operations = ["POST", "GET", "DELETE"].map { method in
            Route.Operation(method: method, body: method == "POST" ? body : nil, query: nil) {
                request throws(Refused) in
                let message = HTTPMessage(request)
                let reply = await request.waiting.whileThere { await mcp.respond(to: message) }
                if let refused = Refused(reply) { throw refused }
                return reply
            }
        }
        return Route("/mcp", operations)
    }
}

extension Face.Offer {
    func tool(_ name: String) -> Tool? { tools.first { $0.name == name } }
}

extension Refused {
    /// A refusal of the protocol's endpoint that says why in plain text; nil for everything that speaks its protocol.
    fileprivate init?(_ reply: HTTPReply) {
        guard case .whole(let status, let fields, let body) = reply, status >= 400,
            fields.only("Content-Type")?.hasPrefix("text/plain") == true
        else { return nil }
        let reason = String(decoding: body, as: UTF8.self).split(separator: "\n").first.map(String.init)
        self.init(
            status, reason ?? "The endpoint of the protocol refuses it.",
            hint: "Send what Streamable HTTP of the Model Context Protocol asks for.",
            fields: HTTPFields(fields.lines.filter { $0.name != "Content-Type" }))
    }
}

extension HTTPMessage {
    init(_ request: WebRequest) {
        self.init(
            method: request.method, fields: request.fields, body: request.body, principal: request.principal)
    }
}

extension HTTPReply {
    static func document(_ bytes: [UInt8]) -> HTTPReply {
        .whole(status: 200, fields: ["Content-Type": "application/json"], body: bytes)
    }
}
