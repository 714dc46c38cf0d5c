package import Mail

/// A domain's own word on its servers, in the XML that Thunderbird made known (config-v1.1).
package struct Autoconfig: Sendable, Hashable {
    package struct Place: Sendable, Hashable {
        package let server: Provider.Server
        /// With the placeholders of the format.
        let username: String

        package func username(for address: Address) -> String {
            let filled = username.replacing("%EMAILADDRESS%", with: address.text)
                .replacing("%EMAILLOCALPART%", with: address.localPart)
                .replacing("%EMAILDOMAIN%", with: address.domain)
            return filled.isEmpty ? address.text : filled
        }
    }

    /// Octets of a document at most.
    package static let limit = 65_536

    /// Encrypted ones only, TLS from the first octet before STARTTLS, else in their order.
    package let outgoing: [Place]
    /// Where mailboxes are read by IMAP, in the same order.
    package let incoming: [Place]

    /// Where a domain may say it, in the order in which it is asked (draft-ietf-mailmaint-autoconfig §4). The address is
    /// told to nobody: the document is the same for everybody at the domain.
    ///
    /// Plain HTTP comes last, and what it says is worth no more than unsigned DNS.
    static func urls(of domain: String) -> [(url: String, isSecure: Bool)] {
        [
            ("https://autoconfig.\(domain)/mail/config-v1.1.xml", true),
            ("https://\(domain)/.well-known/autoconfig/mail/config-v1.1.xml", true),
            ("http://autoconfig.\(domain)/mail/config-v1.1.xml", false),
        ]
    }

    /// Nil when it is not well-formed.
    package init?(_ octets: [UInt8]) {
        guard octets.count <= Self.limit, let root = XMLElement(octets), root.name == "clientConfig" else {
            return nil
        }
        let providers = root.all("emailProvider")
        outgoing = Self.places(providers.flatMap { $0.all("outgoingServer") }, "smtp")
        incoming = Self.places(providers.flatMap { $0.all("incomingServer") }, "imap")
    }

    private static func places(_ elements: [XMLElement], _ type: String) -> [Place] {
        let found = elements.prefix(16).compactMap { element -> Place? in
            guard element.attributes["type"]?.lowercased() == type,
                let host = element.first("hostname")?.text.lowercased(),
                isHost(host), let port = element.first("port").flatMap({ Int($0.text) }),
                (1...65_535).contains(port)
            else { return nil }
            let username = element.first("username")?.text ?? ""
            guard username.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
                return nil
            }
            switch element.first("socketType")?.text.uppercased() {
            case "SSL", "TLS": return Place(server: .init(host, port, .tls), username: username)
            case "STARTTLS": return Place(server: .init(host, port, .starttls), username: username)
            // In clear: the password would be readable on the way.
            default: return nil
            }
        }
        return found.filter { $0.server.security == .tls } + found.filter { $0.server.security == .starttls }
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253 && !text.hasPrefix("-")
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x2E
            }
    }
}
