import JSON
import MCP

/// What each path takes and answers.
struct OpenAPIPaths {
    let offer: Face.Offer

    /// In the order of the routes.
    var all: [(String, JSON.Object)] {
        var paths: [(String, JSON.Object)] = [
            ("/", Self.path(.get("getService", "What this is and where its parts are", "Service", "service")))
        ]
        if let tool = offer.tool("send_email") { paths.append(("/send", Self.sending(tool))) }
        if let tool = offer.tool("track_send") {
            paths.append(("/track/{id}", Self.tracking(tool)))
            paths.append(("/sends/{id}/message", Self.message))
        }
        if let tool = offer.tool("list_sends") { paths.append(("/sends", Self.listing(tool))) }
        if let tool = offer.tool("cancel_send") {
            paths.append(("/sends/{id}/cancel", Self.cancelling(tool)))
        }
        var schema = Operation.get("getSchema", "One tool's schema", "Tool", "service", known: [404])
        let names = offer.tools.map { JSON.string($0.name) }
        schema.parameters = [
            Self.parameter("tool", in: "path", ["type": "string", "enum": .array(names)])
        ]
        return paths + [
            (
                "/accounts",
                Self.path(
                    .get("getAccounts", "The mailboxes that mail can be sent from", "Accounts", "service"))
            ),
            ("/schemas", Self.path(.get("getSchemas", "The schemas of all tools", "Tools", "service"))),
            ("/schemas/{tool}", Self.path(schema)),
            (
                "/openapi.json",
                Self.path(.get("getDescription", "This document", nil, "service"))
            ),
            ("/healthz", Self.path(.get("getHealth", "Whether this process answers", "Status", "service"))),
            (
                "/readyz",
                Self.path(
                    .get(
                        "getReadiness", "Whether a send would be recorded and sent now", "Status", "service",
                        known: [503]))
            ),
            ("/metrics", Self.metrics),
        ]
    }

    private static func sending(_ tool: Tool) -> JSON.Object {
        var operation = Operation.get(
            "sendEmail", tool.definition["title"]?.string ?? "", "Send", "mail",
            known: [400, 403, 409, 413, 415, 422, 429, 500, 502, 503])
        operation.method = "post"
        operation.description = tool.definition["description"]?.string
        let wait = tool.definition["inputSchema"]?["properties"]?["wait_seconds"] ?? [:]
        operation.parameters = [
            parameter(
                "Idempotency-Key", in: "header",
                ["type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[ -~]+$"],
                "The same as `idempotency_key` in the body."),
            parameter("wait_seconds", in: "query", wait, "The same as `wait_seconds` in the body."),
        ]
        operation.body = [
            "required": true,
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/SendEmail"]]],
        ]
        operation.okDescription = "The server took it, or with `dry_run` it would be sent."
        operation.others["202"] = [
            "description": "Recorded and queued; `Location` leads to what becomes of it.",
            "headers": ["Location": ["schema": ["type": "string"]]],
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Send"]]],
        ]
        return path(operation)
    }

    private static func tracking(_ tool: Tool) -> JSON.Object {
        var operation = Operation.get(
            "trackSend", tool.definition["title"]?.string ?? "", "History", "mail", known: [404, 422, 500])
        operation.description = tool.definition["description"]?.string
        let wait = tool.definition["inputSchema"]?["properties"]?["wait_seconds"] ?? [:]
        operation.parameters = [
            parameter("id", in: "path", id, "The id of the send."),
            parameter("wait_seconds", in: "query", wait),
        ]
        return path(operation)
    }

    private static func listing(_ tool: Tool) -> JSON.Object {
        var operation = Operation.get(
            "listSends", tool.definition["title"]?.string ?? "", "Page", "mail", known: [422, 500])
        operation.description = tool.definition["description"]?.string
        let properties = tool.definition["inputSchema"]?["properties"]?.object ?? [:]
        operation.parameters = properties.map { parameter($0.key, in: "query", $0.value) }
        operation.okHeaders = [
            "Link": ["description": "The next page, `rel=\"next\"`.", "schema": ["type": "string"]]
        ]
        return path(operation)
    }

    private static func cancelling(_ tool: Tool) -> JSON.Object {
        var operation = Operation.get(
            "cancelSend", tool.definition["title"]?.string ?? "", "Cancelled", "mail",
            known: [404, 409, 422, 500])
        operation.method = "post"
        operation.description = tool.definition["description"]?.string
        operation.parameters = [parameter("id", in: "path", id, "The id of the send.")]
        return path(operation)
    }

    private static var message: JSON.Object {
        var operation = Operation.get(
            "getMessage", "The exact mail data of a send", nil, "mail", known: [404, 422, 500])
        operation.parameters = [parameter("id", in: "path", id, "The id of the send.")]
        operation.content = ["message/rfc822": ["schema": ["type": "string"]]]
        return path(operation)
    }

    private static var metrics: JSON.Object {
        var operation = Operation.get("getMetrics", "Measurements in Prometheus' text format", nil, "service")
        operation.content = ["text/plain": ["schema": ["type": "string"]]]
        return path(operation)
    }

    private static let id: JSON = ["type": "string", "format": "uuid"]

    private static func path(_ operation: Operation) -> JSON.Object {
        JSON.Object([(operation.method, .object(operation.json))])
    }

    private static func parameter(
        _ name: String, in place: String, _ schema: JSON, _ description: String? = nil
    ) -> JSON {
        var schema = schema
        var parameter: JSON.Object = ["name": .string(name), "in": .string(place)]
        if place == "path" { parameter["required"] = true }
        if var object = schema.object, let own = object["description"] {
            object["description"] = nil
            schema = .object(object)
            parameter["description"] = own
        }
        if let description { parameter["description"] = .string(description) }
        parameter["schema"] = schema
        return .object(parameter)
    }
}

extension OpenAPIPaths {
    /// One method of a path.
    struct Operation {
        var method = "get"
        let id: String
        let summary: String
        var description: String?
        let tag: String
        var parameters: [JSON] = []
        var body: JSON?
        var content: JSON
        var okDescription = "Done."
        var okHeaders: JSON?
        var others: JSON.Object = [:]
        let known: [Int]

        /// - Parameters:
        ///   - schema: of the answer's JSON, by its name among the components; nil leaves it open.
        ///   - known: the statuses of problems that are to be reckoned with, beside those that any request may meet.
        static func get(
            _ id: String, _ summary: String, _ schema: String?, _ tag: String, known: [Int] = []
        ) -> Operation {
            let content: JSON.Object = [
                "application/json": [
                    "schema": schema.map { ["$ref": .string("#/components/schemas/\($0)")] } ?? [
                        "type": "object"
                    ]
                ]
            ]
            return Operation(id: id, summary: summary, tag: tag, content: .object(content), known: known)
        }

        var json: JSON.Object {
            var operation: JSON.Object = ["operationId": .string(id), "summary": .string(summary)]
            operation["description"] = description.map(JSON.string)
            operation["tags"] = [.string(tag)]
            if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
            operation["requestBody"] = body
            var ok: JSON.Object = ["description": .string(okDescription)]
            ok["headers"] = okHeaders
            ok["content"] = content
            var responses: JSON.Object = ["200": .object(ok)]
            for (status, response) in others { responses[status] = response }
            for status in known { responses[String(status)] = ["$ref": "#/components/responses/Problem"] }
            responses["default"] = ["$ref": "#/components/responses/Problem"]
            operation["responses"] = .object(responses)
            return operation
        }
    }
}
