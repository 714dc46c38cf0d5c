/// The path and query of a request (RFC 9112 §3.2.1), percent-decoded.
struct Target: Sendable, Equatable {
    /// The path as it was sent, without the query.
    let raw: String
    /// What stands between the slashes; `/` has none.
    let segments: [String]
    /// In order, names and values as they were meant; `+` is a space, as forms have it.
    let query: [Parameter]

    struct Parameter: Sendable, Equatable {
        let name: String
        let value: String
    }

    /// Nil for what is no path, is not UTF-8 once decoded, or has a `%` without two hexadecimal digits.
    init?(_ text: String) {
        let bytes = text.utf8
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        raw = String(text[..<end])
        var segments: [String] = []
        for piece in bytes[..<end].dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            guard let segment = Self.decoded(piece, plusIsSpace: false) else { return nil }
            segments.append(segment)
        }
        self.segments = segments == [""] ? [] : segments
        guard end < bytes.endIndex else {
            query = []
            return
        }
        var query: [Parameter] = []
        for pair in bytes[end...].dropFirst().split(separator: UInt8(ascii: "&")) {
            let pieces = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(pieces[0], plusIsSpace: true),
                let value = Self.decoded(
                    pieces.count > 1 ? pieces[1] : Substring().utf8, plusIsSpace: true)
            else { return nil }
            query.append(Parameter(name: name, value: value))
        }
        self.query = query
    }

    /// The path and query of a target; one in absolute form (RFC 9112 §3.2.2) has to name the host that `Host` names.
    static func path(of target: String, at host: String?) -> String {
        guard let host, target.prefix(7).lowercased() == "http://" else { return target }
        let rest = target.dropFirst(7)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        if rest[..<end].lowercased() != host.lowercased() { return target }
        return (rest[end...].hasPrefix("/") ? "" : "/") + rest[end...]
    }

    private static func decoded(_ bytes: Substring.UTF8View, plusIsSpace: Bool) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Self.digit),
                    let low = rest.popFirst().flatMap(Self.digit)
                else { return nil }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: decoded.append(0x20)
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// A name or value for a query, as little of it encoded as will do.
    static func encoded(_ text: String) -> String {
        let plain = Set("-._~:@/".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || plain.contains(byte)
            encoded += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
