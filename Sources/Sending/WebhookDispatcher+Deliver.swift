import Crypto
import Logging
import Mail
import Store

extension WebhookDispatcher {
    /// One try of one delivery, from the lease to what is written down of it.
    func deliver(_ claim: WebhookClaim, _ store: Store) async {
        do {
            let secret = try secret(of: claim.webhook)
            let payload = try await payload(of: claim, store)
            let timestamp = surroundings.now().milliseconds / 1000
            let id = claim.delivery.messageID
            let answer = await outlet.client.post(
                payload, to: claim.webhook.url,
                fields: Self.fields(id: id, timestamp: timestamp, payload, secret), within: Self.deadline)
            if answer == .cancelled { return try await store.release(claim) }
            let settlement = settlement(of: answer, for: claim)
            let isOurs = try await store.settle(
                claim, payload: String(decoding: payload, as: UTF8.self), settlement)
            log(settlement, claim, isOurs)
        } catch let fault as SealingFault {
            await put(off: claim, because: "\(fault)", store)
        } catch let fault as StoreError {
            await put(off: claim, because: "\(fault)", store)
        } catch {
            // The lease runs out, and then it is tried again under the same id.
            logger.error(
                "a webhook's delivery could not be recorded",
                metadata: ["delivery": "\(claim.delivery.messageID)", "error": "\(error)"])
        }
    }

    /// The fields of a signed message.
    static func fields(
        id: String, timestamp: Int64, _ payload: [UInt8], _ secret: WebhookSecret
    ) -> [(name: String, value: String)] {
        [
            ("content-type", "application/json"), ("user-agent", "envelope"), ("webhook-id", id),
            ("webhook-timestamp", "\(timestamp)"),
            ("webhook-signature", secret.signature(of: payload, id: id, timestamp: timestamp)),
        ]
    }

    func secret(of webhook: Webhook) throws(SealingFault) -> WebhookSecret {
        // By its URL and not by what the row says: with another URL in the row the secret does not open.
        let octets = try outlet.sealing.open(
            webhook.secret, for: SecretContext(.webhook, of: Self.id(of: webhook.url)))
        guard let secret = WebhookSecret(octets: octets) else { throw .damaged }
        return secret
    }

    /// `wh_` and 20 digits made from the URL, so that a setting names the same webhook in every process.
    static func id(of url: String) -> String {
        let digest = SHA256.hash(data: Array(url.utf8))
        return "wh_"
            + digest.prefix(10).map { octet in
                let digits = String(octet, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// Records the settings' own webhooks and queues for them what this process writes from now on.
    func record(_ own: [WebhookOutlet.Own], in store: Store) async throws {
        let known = try store.webhooks()
        for one in own {
            let id = Self.id(of: one.url)
            if let before = known.first(where: { $0.id == id }) {
                // Added by command: its secret stays.
                if before.hearing == .record { continue }
                if before.disabled == nil, (try? secret(of: before)) == one.secret { continue }
            }
            let sealed = try outlet.sealing.seal(one.secret.octets, for: SecretContext(.webhook, of: id))
            _ = try await store.add(
                Webhook(
                    id: id, url: one.url, secret: sealed, events: [], hearing: .process,
                    createdAt: surroundings.now()))
        }
        try store.hear(for: own.map { Self.id(of: $0.url) })
    }

    private func payload(of claim: WebhookClaim, _ store: Store) async throws -> [UInt8] {
        if let payload = claim.payload { return Array(payload.utf8) }
        let delivery = claim.delivery
        guard let history = try await store.history(of: delivery.send), history.events.count >= delivery.event
        else { throw StoreError.corrupt("the event of the delivery \(delivery.messageID) is gone") }
        return outlet.payload(.event(history.events[delivery.event - 1], history.send))
    }

    private func settlement(of answer: WebhookAnswer, for claim: WebhookClaim) -> WebhookSettlement {
        let now = surroundings.now()
        switch answer {
        case .status(let status, _) where (200..<300).contains(status):
            return WebhookSettlement(at: now, status: status, error: nil, next: .delivered)
        case .status(410, _):
            let reason = "the endpoint answered 410: it is gone"
            return WebhookSettlement(at: now, status: 410, error: reason, next: .disable(because: reason))
        case .status(let status, let retryAfter):
            let wait = [429, 502, 503, 504].contains(status) ? seconds(in: retryAfter, at: now) : nil
            return WebhookSettlement(
                at: now, status: status, error: "the endpoint answered \(status)",
                next: next(after: claim, at: now, noEarlierThan: wait))
        case .failed(let reason):
            return WebhookSettlement(
                at: now, status: nil, error: Reply.printable(reason),
                next: next(after: claim, at: now, noEarlierThan: nil))
        case .cancelled:
            return WebhookSettlement(at: now, status: nil, error: "stopped", next: .retry(at: now))
        }
    }

    private func next(after claim: WebhookClaim, at now: Timestamp, noEarlierThan wait: Double?)
        -> WebhookSettlement.Next
    {
        let schedule = RetrySchedule.webhooks
        if claim.attempt > schedule.pauses.count { return .dead }
        let pause = schedule.pause(after: claim.attempt, fraction: surroundings.fraction)
        return .retry(at: now.adding(seconds: max(pause, wait ?? 0)))
    }

    /// What `Retry-After` asks for (RFC 9110 §10.2.3): seconds or a date, a day at most.
    private func seconds(in retryAfter: String?, at now: Timestamp) -> Double? {
        guard let text = retryAfter else { return nil }
        let seconds: Double
        if let number = Int(text) {
            seconds = Double(number)
        } else if let date = Timestamp(messageDate: text) {
            seconds = Double(date.milliseconds - now.milliseconds) / 1000
        } else {
            return nil
        }
        return min(max(seconds, 0), 86_400)
    }

    /// The key may come back: the tries go on as if the endpoint had not answered.
    private func put(off claim: WebhookClaim, because reason: String, _ store: Store) async {
        let now = surroundings.now()
        let settlement = WebhookSettlement(
            at: now, status: nil, error: reason, next: next(after: claim, at: now, noEarlierThan: nil))
        let isOurs = (try? await store.settle(claim, payload: nil, settlement)) ?? false
        log(settlement, claim, isOurs)
    }

    /// Never the URL: its path may be a secret.
    private func log(_ settlement: WebhookSettlement, _ claim: WebhookClaim, _ isOurs: Bool) {
        var metadata: Logger.Metadata = [
            "webhook": "\(claim.webhook.id)", "delivery": "\(claim.delivery.messageID)",
            "attempt": "\(claim.attempt)",
        ]
        if let status = settlement.status { metadata["status"] = "\(status)" }
        if let error = settlement.error { metadata["error"] = "\(error)" }
        switch settlement.next {
        case _ where !isOurs: logger.info("a webhook was told twice", metadata: metadata)
        case .delivered: logger.debug("a webhook was told", metadata: metadata)
        case .retry: logger.info("a webhook will be told again later", metadata: metadata)
        case .dead: logger.warning("a webhook was given up", metadata: metadata)
        case .disable: logger.warning("a webhook is off from now on", metadata: metadata)
        }
    }
}
