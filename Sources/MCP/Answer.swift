package import JSON

/// An answer for the client, as the bytes of one line without its end.
package struct Answer: Sendable {
    package let bytes: [UInt8]
    /// The code when it is a JSON-RPC error: over HTTP the status follows from it.
    package let errorCode: Int64?

    init(to id: RequestID, result: [UInt8]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(result.count + 64)
        bytes.append(contentsOf: #"{"jsonrpc":"2.0","id":"#.utf8)
        id.json.write(to: &bytes)
        bytes.append(contentsOf: #","result":"#.utf8)
        bytes.append(contentsOf: result)
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
        errorCode = nil
    }

    package init(to id: RequestID, result: JSON) {
        var bytes = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
        id.json.write(to: &bytes)
        bytes.append(contentsOf: #","result":"#.utf8)
        result.write(to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
        errorCode = nil
    }

    /// With `"id":null` when the request's own could not be read (JSON-RPC 2.0 §5).
    package init(to id: RequestID?, error: ProtocolError) {
        let message: JSON = ["jsonrpc": "2.0", "id": id?.json ?? .null, "error": error.json]
        bytes = message.bytes
        errorCode = error.code
    }
}
