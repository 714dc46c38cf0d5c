import Configuration
import Mail
import SMTP
import Sending
import Tools

extension Settings {
    /// URLs that are told of what this process writes; in ENVELOPE_WEBHOOK separated by commas.
    ///
    /// - Throws: for a URL that can never be told anything, and when there is no secret to sign with.
    func webhooks() throws(SettingsError) -> [String] {
        let named = list("webhook")
        let urls = (named.isEmpty ? list("webhook.url") : named).map { $0.filter { !$0.isWhitespace } }
        for url in urls {
            if let objection = WebhookPost.objection(to: url, allowsPrivate: allowsPrivateWebhooks) {
                throw SettingsError(
                    "ENVELOPE_WEBHOOK (--webhook) cannot be used: \(objection). For a server inside your network set "
                        + "ENVELOPE_WEBHOOK_ALLOW_PRIVATE=1.")
            }
        }
        if !urls.isEmpty, webhookSecret == nil {
            throw SettingsError(
                "ENVELOPE_WEBHOOK (--webhook) needs ENVELOPE_WEBHOOK_SECRET (or _FILE, or _COMMAND): whsec_ and Base64 of "
                    + "24 to 64 octets. `envelope webhooks add URL` makes one by itself.")
        }
        return urls
    }

    /// What the messages to those URLs are signed with.
    var webhookSecret: SecretSource? { secretSource("webhook.secret") }

    /// True when webhooks may be inside the network, or on http://.
    var allowsPrivateWebhooks: Bool { flag("webhook.allow.private") }

    /// A PEM file of certificate authorities for webhooks, instead of the system's.
    var webhookCAFile: String? { text("webhook.ca.file") }

    private func secretSource(_ name: String) -> SecretSource? {
        for layer in layers {
            if let source = SecretSource(name, in: layer) { return source }
        }
        return nil
    }

    /// Everything that telling webhooks of events needs.
    func outlet(
        sealedBy keys: SecretKeys, client: WebhookPost
    ) async throws(Failure) -> WebhookOutlet {
        let urls: [String]
        do throws(SettingsError) { urls = try webhooks() } catch { throw .unusable(error.description) }
        var own: [WebhookOutlet.Own] = []
        if !urls.isEmpty, let secret = try await readWebhookSecret() {
            own = urls.map { WebhookOutlet.Own(url: $0, secret: secret) }
        }
        return WebhookOutlet(
            client: client, sealing: keys.seal,
            payload: MailTools.webhookPayload, own: own)
    }

    /// Nil where none is set.
    func readWebhookSecret() async throws(Failure) -> WebhookSecret? {
        guard let source = webhookSecret else { return nil }
        let text: String
        do throws(SecretSource.Unreadable) {
            text = try await source.secret().reveal()
        } catch {
            throw .unusable("\(source.variable) could not be read: \(error.reason ?? "stopped").")
        }
        guard let secret = WebhookSecret(text) else {
            throw .unusable("ENVELOPE_WEBHOOK_SECRET is not whsec_ and Base64 of 24 to 64 octets.")
        }
        return secret
    }
}

extension Failure {
    fileprivate static func unusable(_ reason: String) -> Failure {
        Failure(.internal, reason, hint: "The person who runs this server has to correct the settings.")
    }
}
