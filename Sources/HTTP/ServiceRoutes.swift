import JSON
import MCP
import Tools

/// What is asked of the service as a whole.
struct ServiceRoutes: Sendable {
    let offer: Face.Offer
    let traffic: Traffic

    func root(_ request: WebRequest) async -> HTTPReply {
        if MediaType.wantsHTML(request.fields), let pages = offer.pages {
            return await pages.list(request)
        }
        var object: JSON.Object = [
            "name": "envelope", "version": .string(offer.version),
            "description": "Sends mail for agents, exactly once, and can always say what happened.",
        ]
        if offer.isSandbox { object["sandbox"] = true }
        var links: JSON.Object = [:]
        if offer.tool("send_email") != nil { links["send"] = "POST /send" }
        if offer.tool("track_send") != nil {
            links["track"] = "GET /track/{id}"
            links["message"] = "GET /sends/{id}/message"
        }
        if offer.tool("list_sends") != nil { links["sends"] = "GET /sends" }
        if offer.tool("cancel_send") != nil { links["cancel"] = "POST /sends/{id}/cancel" }
        links["accounts"] = "GET /accounts"
        links["schemas"] = "GET /schemas"
        links["openapi"] = "GET /openapi.json"
        if offer.mcp != nil { links["mcp"] = "POST /mcp" }
        links["health"] = "GET /healthz"
        links["readiness"] = "GET /readyz"
        links["metrics"] = "GET /metrics"
        object["links"] = .object(links)
        return .json(object, pretty: true, fields: ["Vary": "Accept"])
    }

    func accounts(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        let result = await offer.operations.accounts()
        if result.isError { throw Refused(Problem(result)) }
        return .result(result, pretty: request.wantsPretty)
    }

    /// The schema files of what is served.
    func schemas(_ request: WebRequest) -> HTTPReply {
        .json(
            ["tools": .array(offer.tools.map { .object($0.definition) })], pretty: request.wantsPretty)
    }

    func schema(_ request: WebRequest) throws(Refused) -> HTTPReply {
        let name = request.path[1]
        guard let tool = offer.tool(name) else {
            throw Refused(
                404, "There is no tool \(name.prefix(60).debugDescription).",
                hint: "Use \(offer.tools.map { "`\($0.name)`" }.joined(separator: ", ")).", field: "tool")
        }
        return .json(tool.definition, pretty: request.wantsPretty)
    }

    /// The exact mail data: made to be saved, never to be shown by a browser.
    func message(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        switch await offer.operations.message(request.path[1]) {
        case .success(let octets):
            return .whole(
                status: 200,
                fields: [
                    "Content-Type": "message/rfc822",
                    "Content-Disposition": "attachment; filename=\"\(request.path[1]).eml\"",
                    "Content-Security-Policy": "default-src 'none'; sandbox",
                ],
                body: octets)
        case .failure(let problem): throw Refused(problem)
        }
    }

    /// This process answers.
    func health(_ request: WebRequest) -> HTTPReply { .json(["status": "ok"], pretty: request.wantsPretty) }

    /// A send could be recorded and sent now, and this process does not end.
    func readiness(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        if traffic.isEnding {
            throw Refused(
                503, "This server is about to end.", hint: "Ask another one, or again in a moment.",
                fields: ["Retry-After": "2"])
        }
        if let problem = await offer.operations.readiness() {
            throw Refused(Problem(problem, status: 503))
        }
        return .json(["status": "ready"], pretty: request.wantsPretty)
    }

    func metrics() async -> HTTPReply {
        let text = Exposition.text(await offer.operations.measurements() + traffic.metrics)
        return .whole(status: 200, fields: ["Content-Type": Exposition.type], body: Array(text.utf8))
    }
}
