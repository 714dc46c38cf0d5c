import MCP

/// Where an HTTP server listens and who may ask it.
package struct HTTPSettings: Sendable {
    package let host: String
    /// 0 lets the system choose.
    package let port: Int
    /// What clients have to show in `Authorization: Bearer`; nil asks nobody.
    package let token: String?
    /// Further names that this server is reached by, with a port where only that one is meant.
    package let hosts: [String]
    package let limits: HTTPLimits
    /// The same, and what it listens on where that is not open to others.
    let names: [Authority]

    /// - Throws: `SettingsFault`, for a person, when it would not be safe or cannot be meant.
    package init(
        host: String = "127.0.0.1", port: Int = 8000, token: String? = nil, hosts: [String] = [],
        limits: HTTPLimits = HTTPLimits()
    ) throws(SettingsFault) {
        if let token {
            try Self.check(token)
        } else if !Self.isLoopback(host) {
            throw SettingsFault(
                "\(host) can be reached from other machines, so a token is needed: set ENVELOPE_HTTP_TOKEN or "
                    + "ENVELOPE_HTTP_TOKEN_FILE to what `openssl rand -hex 32` prints, or leave --host out.")
        }
        guard (0...65_535).contains(port) else {
            throw SettingsFault("--port (ENVELOPE_HTTP_PORT) is a number from 0 to 65535, not \(port).")
        }
        var names = Self.isLoopback(host) ? [Authority(host)].compactMap(\.self) : []
        for name in hosts {
            guard let authority = Authority(name) else {
                throw SettingsFault(
                    "ENVELOPE_HTTP_HOSTS holds names like mail.example.org or mail.example.org:8000, separated by "
                        + "commas, not \(String(reflecting: name)).")
            }
            names.append(authority)
        }
        self.host = host
        self.port = port
        self.token = token
        self.hosts = hosts
        self.names = names
        self.limits = limits
    }

    /// Settings that cannot be used; the text is for a person and holds no secret.
    package struct SettingsFault: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    var isLoopback: Bool { Self.isLoopback(host) }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && !numbers.contains(nil) && numbers[0] == 127
    }

    /// RFC 6750's characters, and as many as it takes: at least 128 bits if each was drawn at random.
    private static func check(_ token: String) throws(SettingsFault) {
        let bytes = Array(token.utf8)
        let isToken = bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~+/=".utf8.contains(byte)
        }
        if !isToken {
            throw SettingsFault(
                "ENVELOPE_HTTP_TOKEN may hold letters, digits and -._~+/= only; `openssl rand -hex 32` prints a good one."
            )
        }
        let isHexadecimal = bytes.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
        }
        let bits = Double(bytes.count) * (isHexadecimal ? 4 : 5.9)
        if bits < 128 || Set(bytes).count < 8 {
            throw SettingsFault(
                "ENVELOPE_HTTP_TOKEN is too easily guessed: it needs 128 bits, as in what `openssl rand -hex 32` prints."
            )
        }
    }
}
