package import JSON

/// An error of JSON-RPC or MCP: the request was not understood or may not be made. What a tool finds wrong is a result
/// with `isError` instead, because only that reaches the model.
package struct ProtocolError: Error, Hashable, Sendable {
    package let code: Int64
    /// A sentence for the author of the client.
    package let message: String
    package let data: JSON?

    private init(_ code: Int64, _ message: String, data: JSON? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    static func parse(_ error: JSONError) -> ProtocolError { .init(-32700, "Not JSON: \(error)") }
    static func invalidRequest(_ message: String) -> ProtocolError { .init(-32600, message) }
    static func methodNotFound(_ method: String) -> ProtocolError {
        .init(-32601, "Method not found: \(method.shownInMessage)")
    }
    static func invalidParams(_ message: String, data: JSON? = nil) -> ProtocolError {
        .init(-32602, message, data: data)
    }
    static func unsupportedVersion(_ requested: String) -> ProtocolError {
        .init(
            -32022, "Unsupported protocol version: \(requested.shownInMessage)",
            data: [
                "supported": .array(Revision.modern.map { .string($0.rawValue) }),
                "requested": .string(requested),
            ])
    }

    var json: JSON {
        var object: JSON.Object = ["code": .integer(code), "message": .string(message)]
        object["data"] = data
        return .object(object)
    }
}
