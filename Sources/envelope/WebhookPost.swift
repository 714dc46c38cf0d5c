import Curl
import Sending
import Store

/// The way to webhooks: HTTP by libcurl, to public addresses alone unless the settings allow others.
final class WebhookPost: WebhookClient {
    private let engine = Engine()
    private let allowsPrivate: Bool
    private let caFile: String?

    init(allowsPrivate: Bool, caFile: String?) {
        self.allowsPrivate = allowsPrivate
        self.caFile = caFile
    }

    func objection(to url: String) -> String? { Self.objection(to: url, allowsPrivate: allowsPrivate) }

    /// Why a URL can never be told anything, as a clause that does not quote it; nil when it can be tried.
    static func objection(to url: String, allowsPrivate: Bool) -> String? {
        if let fault = HTTPRequest.fault(in: url) { return fault }
        if allowsPrivate { return nil }
        guard url.lowercased().hasPrefix("https:") else {
            return "the URL is not https://, and the message tells who writes to whom"
        }
        return HTTPRequest.peculiarity(ofHostIn: url).map { "the URL leads to \($0)" }
    }

    func post(
        _ payload: [UInt8], to url: String, fields: [(name: String, value: String)], within seconds: Double
    ) async -> WebhookAnswer {
        if let objection = objection(to: url) { return .failed(objection) }
        do throws(CurlError) {
            let request = try HTTPRequest(
                .post, url, fields: fields.map { HTTPField($0.name, $0.value) }, body: payload,
                reach: allowsPrivate ? .everywhere : .publicAddresses(),
                // Only the status counts.
                limits: .init(body: 4_096, cutsBody: true), caFile: caFile)
            let response = try await engine.perform(request, deadline: .now + .seconds(seconds))
            return .status(response.status, retryAfter: response.value(of: "Retry-After"))
        } catch {
            return error.kind == .cancelled || error.kind == .stopped ? .cancelled : .failed(error.detail)
        }
    }

    func close() async { await engine.shutdown() }
}
