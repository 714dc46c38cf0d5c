package import Mail

extension IMAPServer {
    /// Reads `imaps://user@host:993`, `imap://user@host:143` (STARTTLS required) or `imap+plain://host:143` (no
    /// TLS).
    ///
    /// The port may be left out. A user is percent-decoded. Throws `invalid_request` with the form that would be
    /// right; a password in the URL is refused, because URLs end up in logs and process lists.
    package static func parse(url: String) throws(Failure) -> (server: IMAPServer, username: String?) {
        guard let mark = url.firstRange(of: "://") else { throw refusal("it has no scheme") }
        let scheme = url[..<mark.lowerBound].lowercased()
        guard let security = Security.allCases.first(where: { $0.scheme == scheme }) else {
            throw refusal("its scheme is \(Reply.printable(scheme, limit: 30))")
        }
        var rest = url[mark.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        if rest.contains(where: { "/?#".contains($0) }) { throw refusal("something follows the port") }

        var username: String?
        if let at = rest.lastIndex(of: "@") {
            let user = rest[..<at]
            rest = rest[rest.index(after: at)...]
            if user.contains(":") { throw passwordInside }
            guard let decoded = percentDecoded(user), !decoded.isEmpty else {
                throw refusal("its user name cannot be read")
            }
            username = decoded
        }
        let (host, port) = try hostAndPort(rest, default: security.defaultPort)
        do {
            return (try IMAPServer(host: host, port: port, security: security), username)
        } catch {
            throw refusal(error.message)
        }
    }

    private static func hostAndPort(_ text: Substring, default port: Int) throws(Failure) -> (String, Int) {
        var host = text
        var tail = Substring()
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw refusal("its [ is never closed") }
            host = text[text.index(after: text.startIndex)..<end]
            tail = text[text.index(after: end)...]
            if !host.contains(":") { throw refusal("there is no IPv6 address between [ and ]") }
        } else if let colon = text.firstIndex(of: ":") {
            (host, tail) = (text[..<colon], text[colon...])
        }
        if host.isEmpty { throw refusal("it names no host") }
        if tail.isEmpty { return (String(host), port) }
        guard tail.first == ":", tail.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = Int(tail.dropFirst())
        else { throw refusal("its port is not a number") }
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

    private static func refusal(_ why: String) -> Failure {
        Failure(
            .invalidRequest, "The IMAP URL cannot be used: \(why).",
            hint:
                "Write imaps://user@host:993, imap://user@host:143 (STARTTLS) or "
                + "imap+plain://127.0.0.1:143 (no TLS).",
            field: "ENVELOPE_IMAP_URL")
    }

    private static var passwordInside: Failure {
        Failure(
            .invalidRequest, "The IMAP URL holds a password.",
            hint:
                "Take it out of the URL and put it into ENVELOPE_IMAP_PASSWORD (or _FILE, or _COMMAND): "
                + "URLs end up in logs. An @ or : in the user name is written %40 or %3A.",
            field: "ENVELOPE_IMAP_URL")
    }
}

extension String {
    /// Where a mark stands first; without Foundation.
    fileprivate func firstRange(of mark: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
            start = index(after: start)
        }
        return nil
    }
}
