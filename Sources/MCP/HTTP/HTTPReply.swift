/// The answer to one HTTP request.
package enum HTTPReply: Sendable {
    case whole(status: Int, fields: HTTPFields, body: [UInt8])
    /// A body that is written as it comes, each element at once.
    ///
    /// Read it from one task. To let go of the stream, or to cancel the task that reads it, says that the client is
    /// gone.
    case stream(status: Int, fields: HTTPFields, body: AsyncStream<[UInt8]>)

    package var status: Int {
        switch self {
        case .whole(let status, _, _), .stream(let status, _, _): status
        }
    }

    package var fields: HTTPFields {
        switch self {
        case .whole(_, let fields, _), .stream(_, let fields, _): fields
        }
    }

    /// A status alone.
    static func empty(_ status: Int) -> HTTPReply { .whole(status: status, fields: [:], body: []) }

    /// One message of JSON-RPC.
    static func json(_ bytes: [UInt8], status: Int) -> HTTPReply {
        .whole(status: status, fields: ["Content-Type": "application/json"], body: bytes)
    }

    /// The same reply with one more field.
    package func adding(_ name: String, _ value: String) -> HTTPReply {
        var fields = fields
        fields.append(name, value)
        return switch self {
        case .whole(let status, _, let body): .whole(status: status, fields: fields, body: body)
        case .stream(let status, _, let body): .stream(status: status, fields: fields, body: body)
        }
    }
}
