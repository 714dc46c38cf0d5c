import JSON

/// The header fields in which a modern request repeats what its body says, so that a proxy can route it unread. The
/// server reads the body, and so must refuse a request whose fields say anything else.
struct MirroredFields {
    static let version = "MCP-Protocol-Version"
    static let method = "Mcp-Method"
    static let name = "Mcp-Name"

    let fields: HTTPFields

    /// - Throws: -32020, which goes out with status 400.
    func check(against request: Request) throws(ProtocolError) {
        try check(Self.version, is: request.meta[Meta.protocolVersion]?.string, decoding: false)
        try check(Self.method, is: request.method, decoding: false)
        guard let member = Self.nameMember[request.method] else { return }
        let name = request.rawParams?[member]?.string
        // Without a name on either side there is nothing to compare; the request itself is at fault.
        if name == nil, fields.values(of: Self.name).isEmpty { return }
        try check(Self.name, is: name, decoding: true)
    }

    /// Which member of `params` the field `Mcp-Name` repeats.
    private static let nameMember = [
        "tools/call": "name", "prompts/get": "name", "resources/read": "uri",
        "tasks/get": "taskId", "tasks/update": "taskId", "tasks/cancel": "taskId",
    ]

    private func check(_ field: String, is expected: String?, decoding: Bool) throws(ProtocolError) {
        let values = fields.values(of: field)
        if values.isEmpty { throw .headerMismatch("The header field `\(field)` is missing.") }
        if values.count > 1 { throw .headerMismatch("The header field `\(field)` must stand once.") }
        guard let value = decoding ? Self.decoded(values[0]) : values[0] else {
            throw .headerMismatch("The header field `\(field)` is malformed.")
        }
        guard let expected, JSON.string(value) == .string(expected) else {
            throw .headerMismatch("The header field `\(field)` differs from the body.")
        }
    }

    /// A value that could not stand in a field comes as `=?base64?…?=` around its UTF-8. The marks are exact and the base64
    /// canonical (RFC 4648 §3.5), so that each value has one form. Nil when it has not.
    static func decoded(_ value: String) -> String? {
        if !value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) { return nil }
        guard value.utf8.count >= 11, value.hasPrefix("=?base64?"), value.hasSuffix("?=") else {
            return value
        }
        guard let bytes = bytes(ofBase64: value.utf8.dropFirst(9).dropLast(2)) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func bytes(ofBase64 text: some Collection<UInt8>) -> [UInt8]? {
        if text.count % 4 != 0 { return nil }
        let digits = text.prefix { $0 != UInt8(ascii: "=") }
        let padding = text.count - digits.count
        if padding > 2 || !text.suffix(padding).allSatisfy({ $0 == UInt8(ascii: "=") }) { return nil }
        var bytes: [UInt8] = []
        var bits = 0
        var held: UInt32 = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x41...0x5A: value = digit - 0x41
            case 0x61...0x7A: value = digit - 0x61 + 26
            case 0x30...0x39: value = digit - 0x30 + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            held = held << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
                held &= (1 << UInt32(bits)) - 1
            }
        }
        // What is left over must be nothing.
        return held == 0 ? bytes : nil
    }
}
