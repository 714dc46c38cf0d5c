package import Mail

/// A company that takes mail for many, and what has to be known to send through it.
package struct Provider: Sendable, Hashable {
    package struct Server: Sendable, Hashable {
        package let host: String
        package let port: Int
        package let security: Candidate.Security

        init(_ host: String, _ port: Int, _ security: Candidate.Security) {
            self.host = host
            self.port = port
            self.security = security
        }
    }

    /// What stands in the place of a password.
    package enum Proof: Sendable, Hashable {
        case password
        /// Made apart for each program; the account's own password is refused.
        case appPassword
        /// No password at all: OAuth 2.0 (XOAUTH2).
        case oauth
        case apiKey
    }

    package enum UserName: Sendable, Hashable {
        case address
        case localPart
        /// The same for everybody.
        case fixed(String)
        /// Given by the provider; nobody can guess it.
        case own
    }

    /// What people call it; unique, in lower case.
    package let id: String
    package let name: String
    /// Of its users' addresses; empty for one that sends for its customers' own domains.
    package let domains: [String]
    /// Where the domains of its customers receive: suffixes of host names.
    package let exchanges: [String]
    /// Best first.
    package let servers: [Server]
    package let imap: Server?
    package let userName: UserName
    /// Where the mailbox wants another one than for sending; else nil.
    package let imapUserName: UserName?
    package let proof: Proof
    /// Where a person makes the app password, key or client.
    package let help: String?
    /// Messages, or where it counts so recipients, a day that an ordinary account may send; nil when unknown.
    package let perDay: Int?
    /// At once, at most; nil when unknown.
    package let connections: Int?
    /// Whether what is submitted appears in the Sent folder by itself; nil when that is not certain.
    package let filesSentCopies: Bool?
    /// What the folder for them is called where the server does not mark it; nil for a usual name.
    package let sentFolder: String?
    /// What else a person has to do first.
    package let note: String?

    init(
        _ id: String, _ name: String, domains: [String] = [], exchanges: [String] = [], servers: [Server],
        imap: Server? = nil, userName: UserName = .address, imapUserName: UserName? = nil,
        proof: Proof = .password, help: String? = nil,
        perDay: Int? = nil, connections: Int? = nil, filesSentCopies: Bool? = nil, sentFolder: String? = nil,
        note: String? = nil
    ) {
        self.id = id
        self.name = name
        self.domains = domains
        self.exchanges = exchanges
        self.servers = servers
        self.imap = imap
        self.userName = userName
        self.imapUserName = imapUserName
        self.proof = proof
        self.help = help
        self.perDay = perDay
        self.connections = connections
        self.filesSentCopies = filesSentCopies
        self.sentFolder = sentFolder
        self.note = note
    }

    package static func named(_ id: String) -> Provider? { all.first { $0.id == id.lowercased() } }

    /// The one whose users have addresses at the domain.
    package static func serving(domain: String) -> Provider? { all.first { $0.domains.contains(domain) } }

    /// The one that receives for a domain with this exchange.
    static func receiving(at host: String) -> Provider? {
        all.first { provider in provider.exchanges.contains { host == $0 || host.hasSuffix("." + $0) } }
    }

    /// The one whose submission server it is; nil on this machine, where it could be anybody's.
    package static func running(host: String) -> Provider? {
        let host = host.lowercased()
        if host == bridge { return nil }
        return all.first { provider in provider.servers.contains { $0.host == host } }
    }

    /// Where programs listen that stand between a mail client and a provider.
    private static let bridge = "127.0.0.1"

    /// The one whose mailboxes are read at the host; of several the first.
    package static func keeping(at host: String) -> Provider? {
        let host = host.lowercased()
        return host == bridge ? nil : all.first { $0.imap?.host == host }
    }

    /// True when what is handed in at the one host is known to appear in the Sent folder at the other by itself.
    package static func filesCopies(from submissionHost: String, to imapHost: String) -> Bool {
        guard let provider = running(host: submissionHost), provider.filesSentCopies == true else {
            return false
        }
        return provider.imap?.host == imapHost.lowercased()
    }

    /// With `own` the address, which the person has to replace.
    package func username(for address: Address) -> String { Self.text(userName, address) }

    /// The same for its mailboxes.
    package func mailboxUsername(for address: Address) -> String {
        Self.text(imapUserName ?? userName, address)
    }

    private static func text(_ userName: UserName, _ address: Address) -> String {
        switch userName {
        case .address, .own: address.text
        case .localPart: address.localPart
        case .fixed(let name): name
        }
    }
}
