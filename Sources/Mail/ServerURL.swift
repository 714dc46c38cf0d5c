/// A URL that names a server and perhaps a user: `smtps://user@host:465`. No password, path, query or fragment.
package struct ServerURL: Sendable, Hashable {
    /// Why a text is none.
    package enum Fault: Error, Sendable, Hashable {
        /// URLs end up in logs and process lists.
        case password
        /// A clause that begins with "it" or "its"; safe to show.
        case other(String)
    }

    /// In lower case.
    package let scheme: String
    /// Percent-decoded.
    package let username: String?
    /// Not checked; see `HostPort`.
    package let host: String
    package let port: Int?

    /// - Parameter schemes: those that may stand there, in lower case.
    package init(_ text: String, schemes: [String]) throws(Fault) {
        guard let mark = text.place(of: "://") else { throw .other("it has no scheme") }
        scheme = text[..<mark.lowerBound].lowercased()
        guard schemes.contains(scheme) else {
            throw .other("its scheme is \(Reply.printable(scheme, limit: 30))")
        }
        var rest = text[mark.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        if rest.contains(where: { "/?#".contains($0) }) { throw .other("something follows the port") }
        var username: String?
        if let at = rest.lastIndex(of: "@") {
            let user = rest[..<at]
            rest = rest[rest.index(after: at)...]
            if user.contains(":") { throw .password }
            guard let decoded = Self.percentDecoded(user), !decoded.isEmpty else {
                throw .other("its user name cannot be read")
            }
            username = decoded
        }
        self.username = username
        (host, port) = try Self.hostAndPort(rest)
    }

    private static func hostAndPort(_ text: Substring) throws(Fault) -> (String, Int?) {
        var host = text
        var tail = Substring()
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .other("its [ is never closed") }
            host = text[text.index(after: text.startIndex)..<end]
            tail = text[text.index(after: end)...]
            if !host.contains(":") { throw .other("there is no IPv6 address between [ and ]") }
        } else if let colon = text.firstIndex(of: ":") {
            (host, tail) = (text[..<colon], text[colon...])
        }
        if host.isEmpty { throw .other("it names no host") }
        if tail.isEmpty { return (String(host), nil) }
        guard tail.first == ":", tail.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = Int(tail.dropFirst())
        else { throw .other("its port is not a number") }
        return (String(host), number)
    }

    /// Nil when a `%` is not followed by two digits, or a control character comes out.
    private static func percentDecoded(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        var rest = text.utf8[...]
        while let octet = rest.popFirst() {
            guard octet == 0x25 else {
                octets.append(octet)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            octets.append(high << 4 | low)
        }
        guard octets.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        Character(Unicode.Scalar(octet)).hexDigitValue.map { UInt8($0) }
    }
}

extension String {
    /// Where a mark stands first; without Foundation.
    fileprivate func place(of mark: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
            start = index(after: start)
        }
        return nil
    }
}
