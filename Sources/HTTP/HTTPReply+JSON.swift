import JSON
import MCP
import Tools

extension HTTPReply {
    /// One JSON text and a line break; on several lines for who reads it as it is.
    static func json(
        _ object: JSON.Object, status: Int = 200, pretty: Bool = false, fields: HTTPFields = [:]
    ) -> HTTPReply {
        text(
            pretty ? JSON.object(object).prettyText : object.text, as: "application/json", status: status,
            fields: fields)
    }

    /// A result of a tool, whose text is JSON already.
    static func result(
        _ result: ToolResult, status: Int = 200, pretty: Bool, fields: HTTPFields = [:]
    ) -> HTTPReply {
        if pretty, let structured = result.structured {
            return json(structured, status: status, pretty: true, fields: fields)
        }
        return text(result.text, as: "application/json", status: status, fields: fields)
    }

    /// RFC 9457, with the members that every failure here has.
    static func problem(_ problem: Problem, fields: HTTPFields = [:]) -> HTTPReply {
        text(
            JSON.object(problem.json(title: Phrase.of(problem.status))).prettyText,
            as: "application/problem+json", status: problem.status, fields: fields)
    }

    private static func text(_ text: String, as type: String, status: Int, fields: HTTPFields) -> HTTPReply {
        var fields = fields
        fields.append("Content-Type", type)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 1)
        bytes.append(contentsOf: text.utf8)
        bytes.append(0x0A)
        return .whole(status: status, fields: fields, body: bytes)
    }
}

/// The words that go with a status (RFC 9110 §15).
enum Phrase {
    private static let phrases = [
        200: "OK", 202: "Accepted", 204: "No Content", 303: "See Other", 304: "Not Modified",
        400: "Bad Request", 401: "Unauthorized",
        403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
        408: "Request Timeout", 409: "Conflict", 411: "Length Required", 413: "Content Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 421: "Misdirected Request",
        422: "Unprocessable Content", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable",
    ]

    static func of(_ status: Int) -> String { phrases[status] ?? (status < 500 ? "Refused" : "Failed") }
}
