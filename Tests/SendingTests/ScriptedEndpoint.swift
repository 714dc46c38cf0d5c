import Mail
import Sending
import Store
import Synchronization

/// Receivers of webhooks whose answers a test writes down; the HTTP between is tried in CurlTests and HouseTests.
final class ScriptedEndpoint: WebhookClient {
    struct Post: Sendable {
        let payload: String
        let url: String
        let fields: [String: String]
    }

    private struct State {
        var posts: [Post] = []
        var answers: [String: WebhookAnswer] = [:]
        /// Never answered until their task is cancelled.
        var silent: Set<String> = []
    }

    private let state = Mutex(State())

    var posts: [Post] { state.withLock { $0.posts } }

    func answer(_ url: String, _ answer: WebhookAnswer) { state.withLock { $0.answers[url] = answer } }
    func silence(_ url: String) { state.withLock { _ = $0.silent.insert(url) } }
    func posts(to url: String) -> [Post] { posts.filter { $0.url == url } }

    func objection(to url: String) -> String? { url.hasPrefix("https://") ? nil : "the URL is not https://" }

    func post(
        _ payload: [UInt8], to url: String, fields: [(name: String, value: String)], within seconds: Double
    ) async -> WebhookAnswer {
        let post = Post(
            payload: String(decoding: payload, as: UTF8.self), url: url,
            fields: Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) }))
        let (answer, isSilent) = state.withLock { state in
            state.posts.append(post)
            return (state.answers[url] ?? .status(200, retryAfter: nil), state.silent.contains(url))
        }
        if !isSilent { return answer }
        try? await Task.sleep(for: .seconds(3_600))
        return .cancelled
    }

    /// An outlet to here, with one key, whose message is the event's kind.
    func outlet(own: [WebhookOutlet.Own] = [], key: UInt8 = 1) -> WebhookOutlet {
        WebhookOutlet(
            client: self,
            sealing: SecretSeal.under(key),
            payload: { news in
                switch news {
                case .event(let event, let send): Array("\(event.kind.rawValue) \(send.state.rawValue)".utf8)
                case .test: Array("test".utf8)
                }
            }, own: own)
    }
}

extension SecretSeal {
    /// One key, made of that octet.
    static func under(_ key: UInt8) -> SecretSeal {
        let vault: SecretSeal.Keys = { () throws(SealingFault) -> SecretVault in
            do { return try SecretVault(key: [UInt8](repeating: key, count: 32)) } catch {
                throw .noKey("\(error)")
            }
        }
        return SecretSeal(sealing: vault, opening: vault)
    }
}
