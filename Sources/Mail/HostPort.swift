/// The place of a server as it may stand in a URL or a command: nothing in it can be anything else.
package struct HostPort: Sendable, Hashable, CustomStringConvertible {
    package enum Fault: Error, Sendable, Hashable {
        case notHost, notPort
    }

    /// A host name in ASCII or an address literal without brackets.
    package let host: String
    /// 1 to 65535.
    package let port: Int

    package init(_ host: String, _ port: Int) throws(Fault) {
        guard Self.isHost(host) else { throw .notHost }
        guard (1...65_535).contains(port) else { throw .notPort }
        self.host = host
        self.port = port
    }

    /// `mail.example.org:465`, `[::1]:465`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// True when the host is this machine by its spelling, so that nothing leaves it.
    package var isLoopback: Bool {
        let name = host.lowercased()
        if name == "localhost" || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isHost(_ host: String) -> Bool {
        if host.isEmpty || host.utf8.count > 253 || host.utf8.first == 0x2D { return false }
        if host.contains(":") {
            return host.utf8.allSatisfy { isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }
        }
        return host.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }

    private static func isHexDigit(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x46).contains(octet) || (0x61...0x66).contains(octet)
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }
}
