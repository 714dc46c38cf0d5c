@testable import Discovery
import Mail
import TestPeers
import Testing

@Suite("Fetching autoconfig from a real server")
struct WebFetchTests {
    private static let document = """
        <clientConfig version="1.1"><emailProvider id="example.org">
          <incomingServer type="imap"><hostname>imap.example.org</hostname><port>993</port>
            <socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer>
          <outgoingServer type="smtp"><hostname>smtp.elsewhere.example</hostname><port>465</port>
            <socketType>SSL</socketType><username>%EMAILADDRESS%</username></outgoingServer>
          <outgoingServer type="smtp"><hostname>mail.example.org</hostname><port>587</port>
            <socketType>STARTTLS</socketType></outgoingServer>
          <outgoingServer type="smtp"><hostname>clear.example.org</hostname><port>25</port>
            <socketType>plain</socketType></outgoingServer>
        </emailProvider></clientConfig>
        """

    /// Leads the names of the domain to a server of the test; the rest of the way is the real one.
    private struct Rerouted: Lookups {
        let fetch: WebFetch
        let peer: WebPeer
        let places: [String]

        func records(_ kind: DNSRecord.Kind, of name: String) async -> [DNSRecord] { [] }

        func document(at url: String) async -> [UInt8]? {
            guard let place = places.first(where: url.hasPrefix) else { return nil }
            return await fetch.body(
                of: peer.url(String(url.dropFirst(place.count)), host: "localhost"), limit: Autoconfig.limit)
        }
    }

    private func found(
        _ peer: WebPeer, _ places: [String], allowsPrivate: Bool = true, caFile: String?
    ) async throws -> [String] {
        let fetch = WebFetch(allowsPrivate: allowsPrivate, caFile: caFile)
        let discovery = Discovery(Rerouted(fetch: fetch, peer: peer, places: places))
        let address = try Address(parsing: "ada@example.org")
        let found = await discovery.candidates(for: address, from: .autoconfig).map {
            "\($0.host):\($0.port)\($0.isVouchedFor ? "" : " ?")"
        }
        let mailboxes = await discovery.mailboxes(for: address, sendingThrough: "[::1]", ownSecret: false)
            .map(\.host)
        await fetch.close()
        return found + mailboxes.filter { $0.contains("example") }
    }

    @Test("By HTTPS both servers come out of it, also from the well-known place; nobody is told the address")
    func secure() async throws {
        try await withWebPeer(certificateFor: "localhost") { peer in
            let expected = ["smtp.elsewhere.example:465", "mail.example.org:587", "imap.example.org"]
            #expect(try await found(peer, ["https://example.org"], caFile: peer.caFile) == [])
            try peer.serve(Self.document)
            for place in ["https://autoconfig.example.org", "https://example.org"] {
                #expect(try await found(peer, [place], caFile: peer.caFile) == expected)
            }
            let paths = Set(try peer.requests().map(\.path))
            #expect(
                paths == ["/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"], "\(paths)"
            )
            #expect(try !peer.requests().contains { "\($0.fields)".contains("ada") })
            // A certificate that nobody vouches for, and a server inside the network.
            #expect(try await found(peer, ["https://example.org"], caFile: nil) == [])
            #expect(
                try await found(
                    peer, ["https://example.org"], allowsPrivate: false, caFile: peer.caFile) == [])
        }
    }

    @Test("What plain HTTP says needs somebody's word for a foreign server, and is asked last")
    func plain() async throws {
        try await withWebPeer { peer in
            try peer.serve(Self.document)
            #expect(
                try await found(peer, ["http://autoconfig.example.org"], caFile: nil)
                    == ["smtp.elsewhere.example:465 ?", "mail.example.org:587", "imap.example.org"])
            #expect(try await found(peer, ["http://example.org"], caFile: nil) == [])
        }
    }

    @Test(
        "What is too long, too late, no answer or elsewhere in clear is nothing",
        arguments: [
            "/body?octets=100001", "/status/404", "/status/500", "/endless-body", "/endless-header", "/early",
            "/garbage", "/silent", "/slow", "/redirect?to=http://127.0.0.1:1/",
            "/redirect?to=file:///etc/passwd",
        ])
    func nothing(path: String) async throws {
        try await withWebPeer(certificateFor: "localhost") { peer in
            let fetch = WebFetch(allowsPrivate: true, caFile: peer.caFile, patience: .seconds(1))
            #expect(await fetch.body(of: peer.url(path, host: "localhost"), limit: 100_000) == nil)
            await fetch.close()
        }
    }

    @Test("A document of just the allowed length is whole")
    func limit() async throws {
        try await withWebPeer { peer in
            let fetch = WebFetch(allowsPrivate: true)
            #expect(await fetch.body(of: peer.url("/body?octets=1000"), limit: 1000)?.count == 1000)
            #expect(await fetch.body(of: "nonsense", limit: 1000) == nil)
            await fetch.close()
        }
    }
}
