import JSON
import MCP
import Tools

extension Face {
    /// Everything that there is. A tool that is not served has no route either, so that both faces offer the same.
    static func routes(_ offer: Offer, _ limits: HTTPLimits, _ traffic: Traffic) -> [Route] {
        let message = Route.Body(limit: limits.messageBody, isJSON: true)
        let service = ServiceRoutes(offer: offer, traffic: traffic)
        var routes = [Route("/", [.get(nil) { request in await service.root(request) }])]
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
            let tracking = ReadRoutes(tool: tool)
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
                    [.get { request throws(Refused) in try await service.message(request) }]))
        }
        if let tool = offer.tool("list_sends") {
            let listing = ReadRoutes(tool: tool)
            routes.append(
                Route(
                    "/sends",
                    [.get(listing.parameters) { request throws(Refused) in try await listing.list(request) }])
            )
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
        if let mcp = offer.mcp {
            let body = Route.Body(limit: mcp.limits.body, isJSON: false)
            // The protocol has its own rules for every method.
            let operations = ["POST", "GET", "DELETE"].map { method in
                Route.Operation(
                    method: method, body: method == "POST" ? body : nil, query: nil,
                    handler: { request in
                        let message = HTTPMessage(request)
                        return await request.waiting.whileThere { await mcp.respond(to: message) }
                    })
            }
            routes.append(Route("/mcp", operations))
        }
        return routes
    }
}

extension Face.Offer {
    func tool(_ name: String) -> Tool? { tools.first { $0.name == name } }
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
