package import Mail
package import Store

/// What carries a webhook's message to its URL; handed in by the roof.
package protocol WebhookClient: Sendable {
    /// Why the URL can never be told anything, as a sentence that does not quote it; nil when it can be tried.
    func objection(to url: String) -> String?

    /// Posts JSON once, follows no redirect, and gives up after so many seconds.
    func post(
        _ payload: [UInt8], to url: String, fields: [(name: String, value: String)], within seconds: Double
    ) async -> WebhookAnswer
}

/// What came back from a webhook's URL.
package enum WebhookAnswer: Sendable, Hashable {
    /// - Parameter retryAfter: the field of that name, untrusted.
    case status(Int, retryAfter: String?)
    /// No response; why, in words that may be shown.
    case failed(String)
    /// The task was cancelled.
    case cancelled
}

/// Everything that telling others of events needs.
package struct WebhookOutlet: Sendable {
    /// A webhook that the settings name: it hears what this process writes.
    package struct Own: Sendable {
        package let url: String
        package let secret: WebhookSecret

        package init(url: String, secret: WebhookSecret) {
            self.url = url
            self.secret = secret
        }
    }

    package let client: any WebhookClient
    package let sealing: any SecretSealing
    /// The message about an event, as JSON.
    package let payload: @Sendable (WebhookNews) -> [UInt8]
    package let own: [Own]

    package init(
        client: any WebhookClient, sealing: any SecretSealing,
        payload: @escaping @Sendable (WebhookNews) -> [UInt8], own: [Own] = []
    ) {
        self.client = client
        self.sealing = sealing
        self.payload = payload
        self.own = own
    }
}

/// What a webhook is told.
package enum WebhookNews: Sendable {
    /// An event, and the send as it stands now.
    case event(SendEvent, SendRecord)
    case test(at: Timestamp)
}
