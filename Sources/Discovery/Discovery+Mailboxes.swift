package import Mail

extension Discovery {
    /// Where an address's mailbox may be read by IMAP, from what is surest to what is only usual.
    ///
    /// - Parameters:
    ///   - host: where its mail is handed in. A known provider there says it all: its password is for nobody else.
    ///   - ownSecret: the mailbox has a secret of its own. The submission server's is shown to no provider who does not
    ///     run that server.
    package func mailboxes(
        for address: Address, sendingThrough host: String, ownSecret: Bool
    ) async -> [Candidate] {
        let domain = address.domain.lowercased()
        let serving = Provider.serving(domain: domain)
        let isElsewhere = serving != nil && serving?.imap?.host != host && !ownSecret
        if let provider = Provider.running(host: host) ?? (isElsewhere ? nil : serving) {
            return provider.imap.map { [Self.mailbox($0, of: provider, address, .provider)] } ?? []
        }
        var found: [Candidate] = []
        if !domain.hasPrefix("["), !isElsewhere {
            found += await services(
                [("_imaps._tcp.", .tls), ("_imap._tcp.", .starttls)], address, domain,
                username: { _ in nil }, provider: { Provider.keeping(at: $0.host) }
            ).filter(\.isVouchedFor)
            found += await document(of: domain, \.incoming)
                .filter { $0.isSecure || Self.isWithin($0.place.server.host, domain) }
                .map {
                    Candidate(
                        $0.place.server, username: $0.place.username(for: address), source: .autoconfig)
                }
        }
        // The same machine, or one beside it: nobody else is shown the password for a guess.
        for name in [host] + Self.siblings(of: host) where !found.contains(where: { $0.host == name }) {
            found.append(Candidate(.init(name, 993, .tls), username: address.text, source: .guess))
        }
        return found
    }

    /// A provider's own mailbox server.
    static func mailbox(
        _ server: Provider.Server, of provider: Provider, _ address: Address, _ source: Candidate.Source
    ) -> Candidate {
        Candidate(
            server, username: provider.mailboxUsername(for: address), source: source, provider: provider)
    }

    /// `imap.example.org` for `smtp.example.org`.
    private static func siblings(of host: String) -> [String] {
        let labels = host.lowercased().split(separator: ".")
        guard labels.count > 2, ["smtp", "submission", "smtps"].contains(labels[0]) else { return [] }
        return ["imap." + labels.dropFirst().joined(separator: ".")]
    }
}
