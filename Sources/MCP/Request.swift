package import JSON

/// A message that wants an answer.
package struct Request: Sendable {
    package let id: RequestID
    package let method: String
    /// As sent; nil when absent.
    package let rawParams: JSON?

    init(id: RequestID, method: String, params: JSON?) {
        self.id = id
        self.method = method
        rawParams = params
    }

    /// `params._meta`, empty when there is none.
    package var meta: JSON.Object { rawParams?["_meta"]?.object ?? [:] }

    /// True when the request carries its own protocol version, whatever else is wrong with it.
    package var isModern: Bool { meta[Meta.protocolVersion] != nil }

    /// The parameters by name. Absent and null (some clients send it) count as none.
    func params() throws(ProtocolError) -> JSON.Object {
        switch rawParams {
        case nil, .null: return [:]
        case .object(let params): return params
        default: throw .invalidParams("`params` must be an object.")
        }
    }

    func string(_ name: String) throws(ProtocolError) -> String {
        guard let value = try params()[name]?.string else {
            throw .invalidParams("`\(name)` must be a string.")
        }
        return value
    }

    /// The member that holds an object; empty when absent or null.
    func object(_ name: String) throws(ProtocolError) -> JSON.Object {
        switch try params()[name] {
        case nil, .null: return [:]
        case .object(let object): return object
        default: throw .invalidParams("`\(name)` must be an object.")
        }
    }

    /// Nil on the first page.
    func cursor() throws(ProtocolError) -> String? {
        switch try params()["cursor"] {
        case nil, .null: return nil
        case .string(let cursor): return cursor
        default: throw .invalidParams("`cursor` must be a string.")
        }
    }

    package func missingMeta(_ name: String) -> ProtocolError {
        .invalidParams("`params._meta` must hold `\(name)`.")
    }
}
