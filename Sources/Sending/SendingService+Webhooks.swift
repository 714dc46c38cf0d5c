package import Mail
package import Store

extension SendingService {
    /// Records a webhook that hears of every event from now on, or of those kinds.
    ///
    /// - Parameter secret: nil makes one.
    /// - Returns: the webhook, and its secret, which nobody can be shown later.
    package func addWebhook(
        _ url: String, events: [SendEvent.Kind], secret: WebhookSecret?
    ) async throws(Failure) -> (webhook: Webhook, secret: WebhookSecret) {
        let outlet = try outlet()
        if let objection = outlet.client.objection(to: url) {
            throw Failure(
                .invalidRequest, "The webhook cannot be added: \(objection).",
                hint: "Give the https:// URL of a public server; for one inside your network set "
                    + "ENVELOPE_WEBHOOK_ALLOW_PRIVATE=1.", field: "url")
        }
        let secret = secret ?? WebhookSecret(random: surroundings.random)
        let webhook = try await outlet.sealing.keepingKey { () throws(Failure) in
            try await record(url, events, secret, outlet)
        }
        await webhooks?.wake()
        return (webhook, secret)
    }

    private func record(
        _ url: String, _ events: [SendEvent.Kind], _ secret: WebhookSecret, _ outlet: WebhookOutlet
    ) async throws(Failure) -> Webhook {
        let id = WebhookDispatcher.id(of: url)
        do {
            let webhook = Webhook(
                id: id, url: url,
                secret: try outlet.sealing.seal(secret.octets, for: SecretContext(.webhook, of: id)),
                events: events, hearing: .record, createdAt: surroundings.now())
            guard try await door.forWriting().add(webhook) != nil else {
                throw Failure(
                    .invalidRequest, "There is a webhook with this URL already.",
                    hint: "Remove it first: `envelope webhooks remove \(id)`.", field: "url")
            }
            return webhook
        } catch let fault as SealingFault {
            throw .sealing(fault)
        } catch {
            throw .record(error, "The webhook could not be recorded")
        }
    }

    /// All webhooks, oldest first.
    package func webhookList() throws(Failure) -> [Webhook] {
        guard let store = try door.forReading() else { return [] }
        do {
            return try store.webhooks()
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Takes a webhook away, with what waits for it.
    package func removeWebhook(_ id: String) async throws(Failure) {
        guard let store = try door.forReading() else { throw .noWebhook(id) }
        let isGone: Bool
        do {
            isGone = try await store.removeWebhook(id)
        } catch {
            throw .record(error, "The webhook could not be removed")
        }
        if !isGone { throw .noWebhook(id) }
    }

    /// Posts a signed test message to a webhook now; nothing of it is recorded.
    package func testWebhook(_ id: String) async throws(Failure) -> WebhookAnswer {
        let outlet = try outlet()
        guard let webhook = try webhookList().first(where: { $0.id == id }), let webhooks else {
            throw .noWebhook(id)
        }
        do throws(SealingFault) {
            let secret = try await webhooks.secret(of: webhook)
            let now = surroundings.now()
            let payload = outlet.payload(.test(at: now))
            let message = SendID(
                milliseconds: now.milliseconds, random: (surroundings.random(), surroundings.random()))
            return await outlet.client.post(
                payload, to: webhook.url,
                fields: WebhookDispatcher.fields(
                    id: "msg_" + message.text.replacing("-", with: ""), timestamp: now.milliseconds / 1000,
                    payload, secret), within: WebhookDispatcher.deadline)
        } catch {
            throw .sealing(error)
        }
    }

    /// What webhooks were or will be told, newest first.
    package func webhookDeliveries(
        of webhook: String?, state: WebhookDelivery.State?, limit: Int
    ) throws(Failure) -> [WebhookDelivery] {
        guard let store = try door.forReading() else { return [] }
        do {
            return try store.deliveries(of: webhook, state: state, limit: limit)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Makes a settled delivery, or every dead one, due again under its id, and tries it now.
    ///
    /// - Returns: how many.
    package func replay(messageID: String?, webhook: String?) async throws(Failure) -> Int {
        guard let store = try door.forReading() else { return 0 }
        do {
            let count = try await store.replay(
                messageID: messageID, webhook: webhook, at: surroundings.now())
            if count > 0 { await webhooks?.drain() }
            return count
        } catch {
            throw .record(error, "Nothing could be replayed")
        }
    }

    private func outlet() throws(Failure) -> WebhookOutlet {
        if let outlet = webhooks?.outlet { return outlet }
        throw Failure(
            .internal, "This process has no way to webhooks.", hint: "Use the envelope command.")
    }
}

extension Failure {
    static func noWebhook(_ id: String) -> Failure {
        Failure(
            .notFound, "There is no webhook \(id.prefix(60)).", hint: "`envelope webhooks list` shows them.",
            field: "id")
    }

    static func sealing(_ fault: SealingFault) -> Failure {
        Failure(
            .internal, "The secret cannot be kept or read: \(fault).",
            hint:
                "Set ENVELOPE_SECRET_KEY as it was, or bring back the key file beside the database; else remove the "
                + "webhook and add it again.")
    }
}
