import MCP

/// What a body is said to be (RFC 9110 §8.3).
enum MediaType {
    /// - Throws: 415 for everything but JSON in UTF-8, not encoded any further.
    static func checkJSON(_ fields: HTTPFields) throws(Refused) {
        let values = fields.values(of: "Content-Type")
        let encodings = fields.values(of: "Content-Encoding").filter { $0.lowercased() != "identity" }
        // What nearly everybody sends.
        if values == ["application/json"], encodings.isEmpty { return }
        let pieces = (values.count == 1 ? values[0] : "").split(separator: ";").map(trimmed)
        let isJSON = pieces.first == "application/json"
        let isUTF8 = pieces.dropFirst().allSatisfy { piece in
            !piece.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains(piece)
        }
        if !isJSON || !isUTF8 {
            throw Refused(
                415, "The body must be `application/json` in UTF-8, and must say so.",
                hint:
                    "Send `Content-Type: application/json` (with curl: -H 'Content-Type: application/json').",
                fields: ["Accept": "application/json"])
        }
        if !encodings.isEmpty {
            throw Refused(
                415, "The body must not be compressed.", hint: "Leave `Content-Encoding` out.",
                fields: ["Accept-Encoding": "identity"])
        }
    }

    /// - Throws: 501 for a body that is coded in any way but chunks (RFC 9112 §6.1).
    static func checkCoding(_ fields: HTTPFields) throws(Refused) {
        if fields.values(of: "Transfer-Encoding").allSatisfy({ trimmed($0[...]) == "chunked" }) { return }
        throw Refused(
            501, "Of the transfer codings only `chunked` can be read.",
            hint: "Send the body as it is, in chunks or with its length.", fields: ["Connection": "close"])
    }

    /// True when a browser asks: it names HTML, which programs do not.
    static func wantsHTML(_ fields: HTTPFields) -> Bool {
        fields.values(of: "Accept").contains { value in
            value.split(separator: ",").contains { trimmed($0).hasPrefix("text/html") }
        }
    }

    private static func trimmed(_ piece: Substring) -> String {
        var octets = piece.utf8
        while let first = octets.first, first == 0x20 || first == 0x09 { octets.removeFirst() }
        while let last = octets.last, last == 0x20 || last == 0x09 { octets.removeLast() }
        return Substring(octets).lowercased()
    }
}
