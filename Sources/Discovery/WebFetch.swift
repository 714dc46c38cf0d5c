import Curl

/// Fetches small public documents: HTTPS with certificates verified, and plain HTTP where a caller asks for it.
package struct WebFetch: Sendable {
    private let engine = Engine()
    private let allowsPrivate: Bool
    private let caFile: String?
    private let patience: Duration

    /// - Parameters:
    ///   - allowsPrivate: also from addresses inside the network; else whoever writes a domain's DNS could have this
    ///     machine ask its neighbours.
    ///   - caFile: PEM of authorities to trust instead of the system's.
    ///   - patience: for one document, from the look-up of its name to its last octet.
    package init(
        allowsPrivate: Bool = false, caFile: String? = nil, patience: Duration = .seconds(5)
    ) {
        self.allowsPrivate = allowsPrivate
        self.caFile = caFile
        self.patience = patience
    }

    /// The body of a 200 answer; nil for any other, when it takes too long, or is longer than `limit` octets.
    package func body(of url: String, limit: Int) async -> [UInt8]? {
        guard
            let request = try? HTTPRequest(
                .get, url, fields: [HTTPField("Accept", "text/xml, application/xml")],
                reach: allowsPrivate ? .everywhere : .publicAddresses(),
                limits: .init(header: 16_384, body: limit), caFile: caFile, redirects: 3),
            let response = try? await engine.perform(request, deadline: .now + patience),
            response.status == 200
        else { return nil }
        return response.body
    }

    package func close() async { await engine.shutdown() }
}
