import JSON
import MCP

/// The lines that a client sends, in short.
enum Lines {
    static func request(_ id: JSON, _ method: String, _ params: JSON? = nil) -> String {
        var message: JSON.Object = ["jsonrpc": "2.0", "id": id, "method": .string(method)]
        message["params"] = params
        return message.text
    }

    static func modern(
        _ id: JSON, _ method: String, _ params: JSON.Object = [:], version: JSON = "2026-07-28",
        capabilities: JSON? = [:]
    ) -> String {
        var meta = params["_meta"]?.object ?? [:]
        meta["io.modelcontextprotocol/protocolVersion"] = version
        meta["io.modelcontextprotocol/clientCapabilities"] = capabilities
        var params = params
        params["_meta"] = .object(meta)
        return request(id, method, .object(params))
    }

    static func notification(_ method: String, _ params: JSON = [:]) -> String {
        JSON.object(["jsonrpc": "2.0", "method": .string(method), "params": params]).text
    }

    static func initialize(_ version: JSON = "2025-11-25", capabilities: JSON = [:]) -> String {
        request(
            0, "initialize",
            [
                "protocolVersion": version, "capabilities": capabilities,
                "clientInfo": ["name": "test", "version": "0"],
            ])
    }

    static func cancelled(_ id: JSON) -> JSON {
        ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": id]]
    }

    static func call(_ id: JSON, _ tool: String, _ arguments: JSON? = nil) -> String {
        var params: JSON.Object = ["name": .string(tool)]
        params["arguments"] = arguments
        return request(id, "tools/call", .object(params))
    }
}

extension JSON {
    /// True when everything in the pattern is in this value too: objects may hold more, the rest must be equal.
    func holds(_ pattern: JSON) -> Bool {
        switch (self, pattern) {
        case (.object(let object), .object(let pattern)):
            pattern.allSatisfy { object[$0.key]?.holds($0.value) ?? false }
        case (.array(let elements), .array(let patterns)):
            elements.count == patterns.count && zip(elements, patterns).allSatisfy { $0.holds($1) }
        default: self == pattern
        }
    }

    static func error(_ code: Int64, id: JSON) -> JSON {
        ["jsonrpc": "2.0", "id": id, "error": ["code": .integer(code)]]
    }
    static func result(_ result: JSON, id: JSON) -> JSON { ["jsonrpc": "2.0", "id": id, "result": result] }
}
