import Mail
import Store

extension Failure {
    static func notFound(_ key: TrackKey) -> Failure {
        switch key {
        case .id(let id):
            Failure(
                .notFound, "There is no send with the id \(id).",
                hint: "Use the id that send_email returned, or find it with list_sends.", field: "id")
        case .messageID(let messageID):
            Failure(
                .notFound, "There is no send with the Message-ID \(messageID).",
                hint: "Use the message_id that send_email returned, or find it with list_sends.",
                field: "message_id")
        case .idempotencyKey(let key):
            Failure(
                .notFound, "There is no send with the idempotency key \(key.debugDescription).",
                hint: "Nothing was recorded under this key: sending with it is safe.",
                field: "idempotency_key")
        }
    }

    static func conflict(with id: SendID, _ fields: [String]) -> Failure {
        let names = fields.map { "`\($0)`" }.joined(separator: ", ")
        return Failure(
            .idempotencyConflict,
            "This idempotency_key was used for the send \(id), whose request differs in \(names). Nothing was sent.",
            hint: "To repeat that send, give exactly its request; for another mail, use another key.",
            field: "idempotency_key")
    }

    /// - Parameter state: of the earlier send, where it can be read.
    static func duplicate(of id: SendID, state: SendState?) -> Failure {
        if state == .unconfirmed {
            return Failure(
                .duplicateSend,
                "The same mail to the same recipients is unconfirmed: \(id), a few minutes ago. It may have arrived, so"
                    + " nothing was sent now.",
                hint:
                    "Do not send it again by yourself. Call track_send with the id \(id), and have the user look into the"
                    + " Sent folder or ask the recipient. Only if it is certain that it did not arrive, set allow_duplicate"
                    + " to true.", mayHaveBeenDelivered: true, field: "allow_duplicate")
        }
        return Failure(
            .duplicateSend,
            "The same mail to the same recipients was sent, or queued, in the last 10 minutes: \(id). Nothing was sent.",
            hint:
                "Call track_send with the id \(id) to see what became of it. To send it once more all the same, set"
                + " allow_duplicate to true.", field: "allow_duplicate")
    }

    static func paused(_ pause: AccountPause) -> Failure {
        Failure(
            pause.failure.code,
            "The account is paused until \(pause.until.rfc3339), so nothing was recorded or sent: \(pause.failure.message)",
            hint: pause.failure.hint
                + " Once that is done, `envelope accounts test` ends the pause at once; then send it again.",
            retryable: pause.failure.retryable, phase: pause.failure.phase,
            smtp: pause.failure.smtp)
    }

    /// - Parameter now: what the seconds are counted from.
    static func limited(_ reached: LimitReached, account: String, at now: Timestamp) -> Failure {
        let limit = reached.limit
        let window = "in the last \(limit.window.rawValue)"
        let used =
            limit.unit == .sends
            ? "\(reached.used) messages were recorded \(window)"
            : "\(reached.used) recipients were written to \(window), and this message has \(reached.added)"
        let rule = "The account \(account) has the limit \(limit): \(used)."
        guard let free = reached.freeAt else {
            return Failure(
                .rateLimited, rule + " Nothing was recorded or sent.",
                hint:
                    "It alone has more recipients than the limit allows: split it, and send the parts over time."
            )
        }
        let seconds = max(1, Int((Double(free.milliseconds - now.milliseconds) / 1000).rounded(.up)))
        return Failure(
            .rateLimited, rule + " Nothing was recorded or sent; there is room again at \(free.rfc3339).",
            hint: "Wait \(seconds) seconds.", retryable: true, retryAfter: seconds)
    }

    static func notCancellable(_ id: SendID, _ state: SendState) -> Failure {
        let what =
            switch state {
            case .sending: "is at the final dot: the server may have taken it already"
            case .accepted, .partial: "was taken by the server"
            default: "has ended as \(state.rawValue)"
            }
        return Failure(
            .notCancellable, "The send \(id) \(what).",
            hint: state == .sending
                ? "Call track_send in a moment to see what became of it." : "There is nothing to stop.",
            field: "id")
    }

    static func mayHaveArrived(_ id: SendID) -> Failure {
        Failure(
            .invalidRequest,
            "The send \(id) is unconfirmed: it may have arrived, and a retry may make a second copy.",
            hint: "Look into the Sent folder or ask the recipient first. To retry all the same, add"
                + " --even-if-it-may-have-arrived.", mayHaveBeenDelivered: true)
    }

    static func notFailed(_ id: SendID, _ state: SendState) -> Failure {
        Failure(
            .invalidRequest,
            "The send \(id) has not failed: it is \(state.status.rawValue) (\(state.rawValue)).",
            hint: state.status == .queued
                ? "It is tried by itself; `next_attempt_at` says when." : "Send a new message instead.",
            field: "id")
    }

    static func pruned(_ id: SendID) -> Failure {
        Failure(
            .invalidRequest, "The mail data of the send \(id) has been pruned, so it cannot be sent again.",
            hint: "Send a new message.", field: "id")
    }
}
