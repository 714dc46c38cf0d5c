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

    package static func parse(_ error: JSONError) -> ProtocolError { .init(-32700, "Not JSON: \(error)") }
    package static func invalidRequest(_ message: String) -> ProtocolError { .init(-32600, message) }
    package static func methodNotFound(_ method: String) -> ProtocolError {
        .init(-32601, "Method not found: \(method.shownInMessage)")
    }
    package static func invalidParams(_ message: String, data: JSON? = nil) -> ProtocolError {
        .init(-32602, message, data: data)
    }
    /// - Parameter message: names nothing of the server's insides.
    package static func `internal`(_ message: String) -> ProtocolError { .init(-32603, message) }

    /// There is nothing behind that URI: -32002 in a legacy revision, -32602 in a modern one.
    package static func resourceNotFound(_ uri: String) -> ProtocolError {
        .init(resourceCode, "Resource not found: \(uri.shownInMessage)", data: ["uri": .string(uri)])
    }
    /// A header is absent, malformed, doubled or says something else than the body (HTTP alone).
    package static func headerMismatch(_ message: String) -> ProtocolError { .init(-32020, message) }
    /// The request cannot be served at all to a client that does not declare these; modern revisions alone.
    ///
    /// - Parameter capabilities: `ClientCapabilities`, with what is missing.
    package static func missingCapabilities(_ capabilities: JSON.Object) -> ProtocolError {
        .init(
            capabilityCode,
            "The client must declare: \(capabilities.names.joined(separator: ", ").shownInMessage)",
            data: ["requiredCapabilities": .object(capabilities)])
    }
    package static func unsupportedVersion(_ requested: String) -> ProtocolError {
        .init(
            -32022, "Unsupported protocol version: \(requested.shownInMessage)",
            data: [
                "supported": .array(Revision.modern.map { .string($0.rawValue) }),
                "requested": .string(requested),
            ])
    }

    private static let resourceCode: Int64 = -32002
    private static let capabilityCode: Int64 = -32021

    /// The same with the code that clients of that revision know.
    func known(to revision: Revision) -> ProtocolError {
        switch code {
        case Self.resourceCode where revision.isModern, Self.capabilityCode where !revision.isModern:
            .init(-32602, message, data: data)
        default: self
        }
    }

    package var json: JSON {
        var object: JSON.Object = ["code": .integer(code), "message": .string(message)]
        object["data"] = data
        return .object(object)
    }
}
