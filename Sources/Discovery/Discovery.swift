package import Mail

/// Finds the submission server of an address, from what is surest to what is only usual.
package struct Discovery: Sendable {
    private let lookups: any Lookups

    package init(_ lookups: any Lookups) { self.lookups = lookups }

    /// What one source offers, best first; empty when it knows nothing.
    package func candidates(for address: Address, from source: Candidate.Source) async -> [Candidate] {
        let domain = address.domain.lowercased()
        // An address literal has no names to ask for.
        if domain.hasPrefix("[") { return [] }
        switch source {
        case .provider:
            return Provider.serving(domain: domain).map { Self.candidates(of: $0, address, .provider) } ?? []
        case .srv: return await services(address, domain)
        case .autoconfig: return await autoconfig(address, domain)
        case .mx: return await exchanges(address, domain)
        case .guess:
            return [("smtp.", 465), ("mail.", 465), ("smtp.", 587), ("mail.", 587)].map { prefix, port in
                Candidate(
                    .init(prefix + domain, port, port == 465 ? .tls : .starttls), username: address.text,
                    source: .guess)
            }
        }
    }

    /// A provider's servers with the user name that it wants.
    package static func candidates(
        of provider: Provider, _ address: Address, _ source: Candidate.Source
    ) -> [Candidate] {
        provider.servers.map {
            Candidate($0, username: provider.username(for: address), source: source, provider: provider)
        }
    }

    /// RFC 8314 §5.1 prefers TLS from the first octet.
    private func services(_ address: Address, _ domain: String) async -> [Candidate] {
        await services(
            [("_submissions._tcp.", .tls), ("_submission._tcp.", .starttls)], address, domain,
            username: { Provider.running(host: $0.host)?.username(for: address) },
            provider: { Provider.running(host: $0.host) })
    }

    /// Within one service lower priorities go first, then weights.
    func services(
        _ labels: [(label: String, security: Candidate.Security)], _ address: Address, _ domain: String,
        username: (Provider.Server) -> String?, provider: (Provider.Server) -> Provider?
    ) async -> [Candidate] {
        var found: [Candidate] = []
        for (label, security) in labels {
            let records = await lookups.records(.service, of: label + domain)
            let services = records.compactMap {
                record -> (priority: Int, weight: Int, server: Provider.Server)? in
                guard case .service(let priority, let weight, let port, let target) = record, port > 0,
                    !target.isEmpty
                else { return nil }
                return (priority, weight, .init(target, port, security))
            }
            found += services.sorted { ($0.priority, -$0.weight) < ($1.priority, -$1.weight) }.map {
                service in
                let provider = provider(service.server)
                return Candidate(
                    service.server, username: username(service.server) ?? address.text, source: .srv,
                    provider: provider,
                    isVouchedFor: provider != nil || Self.isWithin(service.server.host, domain))
            }
        }
        return Array(found.prefix(8))
    }

    private func autoconfig(_ address: Address, _ domain: String) async -> [Candidate] {
        await document(of: domain, \.outgoing).map { outgoing, isSecure in
            let provider = Provider.running(host: outgoing.server.host)
            return Candidate(
                outgoing.server, username: outgoing.username(for: address), source: .autoconfig,
                provider: provider,
                isVouchedFor: isSecure || provider != nil || Self.isWithin(outgoing.server.host, domain))
        }
    }

    /// What the first document of the domain's own that says anything says, and whether it came by TLS.
    func document(
        of domain: String, _ read: (Autoconfig) -> [Autoconfig.Place]
    ) async -> [(place: Autoconfig.Place, isSecure: Bool)] {
        for (url, isSecure) in Autoconfig.urls(of: domain) {
            guard let document = await lookups.document(at: url) else { continue }
            let places = Autoconfig(document).map(read) ?? []
            if !places.isEmpty { return places.map { ($0, isSecure) } }
        }
        return []
    }

    /// Only hosts of the table come out of it: where a domain receives says nothing of where it sends.
    private func exchanges(_ address: Address, _ domain: String) async -> [Candidate] {
        let records = await lookups.records(.exchange, of: domain)
        let hosts = records.compactMap { record -> (Int, String)? in
            guard case .exchange(let preference, let host) = record else { return nil }
            return (preference, host)
        }
        let provider = hosts.sorted { $0 < $1 }.lazy.compactMap { Provider.receiving(at: $0.1) }.first
        return provider.map { Self.candidates(of: $0, address, .mx) } ?? []
    }

    static func isWithin(_ host: String, _ domain: String) -> Bool {
        host == domain || host.hasSuffix("." + domain)
    }
}
