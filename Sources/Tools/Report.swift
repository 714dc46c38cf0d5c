import JSON
import MCP
import Mail
import Sending
import Store

/// A send as every face returns it.
extension JSON.Object {
    static func send(_ send: SendRecord) -> JSON.Object {
        var object: JSON.Object = [
            "id": .string(send.id.text), "status": .string(send.status.rawValue),
            "state": .string(send.state.rawValue), "message_id": .string(send.messageID),
            "account": .string(send.accountName), "from": .string(send.from),
        ]
        object.reserveCapacity(24)
        object.add(send.recipients.map { ($0.kind, $0.mailbox) })
        object["subject"] = .string(send.subject)
        object["size"] = .integer(Int64(send.size))
        object["created_at"] = .string(send.createdAt.rfc3339)
        object["scheduled_for"] = send.scheduledFor.map { .string($0.rfc3339) }
        object["sent_at"] = send.sentAt.map { .string($0.rfc3339) }
        object["next_attempt_at"] = send.nextAttemptAt.map { .string($0.rfc3339) }
        object["attempts"] = .integer(Int64(send.attempts))
        object["delivery"] = .string(send.delivery.rawValue)
        if send.status == .sent || send.state == .unconfirmed {
            object["mailbox_checked_at"] = send.mailboxCheckedAt.map { .string($0.rfc3339) }
        }
        object["recipients"] = .array(send.recipients.map { .object(.recipient($0)) })
        object["error"] = send.failure.map { .object(.failure($0)) }
        if send.isSandbox { object["sandbox"] = true }
        if !send.tags.isEmpty { object["tags"] = .array(send.tags.map(JSON.string)) }
        if !send.metadata.isEmpty {
            object["metadata"] = .object(
                JSON.Object(send.metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        if !send.warnings.isEmpty { object["warnings"] = .array(send.warnings.map(JSON.string)) }
        object["next_step"] = .string(send.nextStep)
        return object
    }

    /// One line of a list: what tells a send from the others and how it stands; `track_send` has the rest.
    static func summary(_ send: SendRecord) -> JSON.Object {
        var object = Self.send(send)
        for name in ["size", "recipients", "metadata", "warnings", "mailbox_checked_at", "next_step"] {
            object[name] = nil
        }
        return object
    }

    /// The send with its attempts and events (`track_send`).
    static func history(_ history: SendHistory) -> JSON.Object {
        var object = send(history.send)
        object["attempt_log"] = .array(history.attempts.map { .object(.attempt($0)) })
        object["events"] = .array(
            history.events.map { event in
                var entry: JSON.Object = [
                    "at": .string(event.at.rfc3339), "type": .string(event.kind.rawValue),
                ]
                entry["detail"] = event.detail.map(JSON.string)
                entry["auto"] = event.isAutomatic.map(JSON.bool)
                return .object(entry)
            })
        // Last, as everywhere.
        object["next_step"] = nil
        object["next_step"] = .string(history.nextStep)
        return object
    }

    /// What a dry run would send.
    static func preview(_ new: NewSend, _ quotas: [Quota] = []) -> JSON.Object {
        var object: JSON.Object = [
            "dry_run": true, "account": .string(new.account.name), "from": .string(new.from.text),
        ]
        object.add(new.recipients.map { ($0.kind, $0.mailbox) })
        object["subject"] = .string(new.subject)
        object["size"] = .integer(Int64(new.mailData.size))
        object["recipients"] = .array(
            new.recipients.map {
                [
                    "address": .string($0.mailbox.address.text), "kind": .string($0.kind.rawValue),
                    "outcome": "pending",
                ]
            })
        object["scheduled_for"] = new.scheduledFor.map { .string($0.rfc3339) }
        if new.account.kind == .sandbox { object["sandbox"] = true }
        if !new.warnings.isEmpty { object["warnings"] = .array(new.warnings.map(JSON.string)) }
        object.add(quotas)
        let held = new.heldBecause.map { " Then \($0)." } ?? ""
        object["next_step"] = .string(
            "Nothing was recorded or sent. Call send_email without dry_run to send it.\(held)")
        return object
    }

    static func failure(_ failure: Failure) -> JSON.Object {
        var object: JSON.Object = [
            "code": .string(failure.code.rawValue), "category": .string(failure.code.category),
            "message": .string(failure.message), "hint": .string(failure.hint),
            "retryable": .bool(failure.retryable),
            "may_have_been_delivered": .bool(failure.mayHaveBeenDelivered),
        ]
        object["field"] = failure.field.map(JSON.string)
        object["phase"] = failure.phase.map { .string($0.rawValue) }
        object["smtp"] = failure.smtp.map { .object(.reply($0)) }
        object["retry_after"] = failure.retryAfter.map { .integer(Int64($0)) }
        return object
    }

    private static func recipient(_ recipient: SendRecord.Recipient) -> JSON.Object {
        var object: JSON.Object = [
            "address": .string(recipient.address.text), "kind": .string(recipient.kind.rawValue),
            "outcome": .string(recipient.outcome.rawValue),
        ]
        object["reply"] = recipient.reply.map { .object(.reply($0)) }
        object["at"] = recipient.at.map { .string($0.rfc3339) }
        object["report"] = recipient.report.map { .object(.report($0)) }
        return object
    }

    /// A delivery report about one recipient; `text` and `host` are another system's words.
    private static func report(_ report: RecipientReport) -> JSON.Object {
        var object: JSON.Object = ["action": .string(report.action.rawValue)]
        object["status"] = report.status.map { .string($0.description) }
        object["text"] = report.text.map(JSON.string)
        object["host"] = report.host.map(JSON.string)
        object["at"] = .string(report.at)
        return object
    }

    private static func attempt(_ attempt: AttemptRecord) -> JSON.Object {
        var object: JSON.Object = [
            "number": .integer(Int64(attempt.number)), "started_at": .string(attempt.startedAt.rfc3339),
        ]
        object["at_final_dot_at"] = attempt.atFinalDotAt.map { .string($0.rfc3339) }
        object["ended_at"] = attempt.endedAt.map { .string($0.rfc3339) }
        object["phase"] = attempt.phase.map { .string($0.rawValue) }
        object["conversation"] = .array(attempt.conversation.map(JSON.string))
        return object
    }

    private static func reply(_ reply: Failure.SMTP) -> JSON.Object {
        var object: JSON.Object = ["code": .integer(Int64(reply.code))]
        object["enhanced"] = reply.enhanced.map { .string($0.description) }
        object["phase"] = .string(reply.phase.rawValue)
        object["text"] = .string(reply.text)
        return object
    }

    /// `quota_remaining`, where the account has limits: `{"hour": 99, "recipients_day": 480}`. Before `next_step`, which
    /// is read last.
    mutating func add(_ quotas: [Quota]) {
        if quotas.isEmpty { return }
        let step = self["next_step"]
        self["next_step"] = nil
        self["quota_remaining"] = .object(
            JSON.Object(quotas.map { ($0.limit.name, .integer(Int64($0.remaining))) }))
        self["next_step"] = step
    }

    /// `to`, `cc` and `bcc`.
    private mutating func add(_ recipients: [(kind: RecipientKind, mailbox: Mailbox)]) {
        for kind in RecipientKind.allCases {
            let texts = recipients.filter { $0.kind == kind }.map { JSON.string($0.mailbox.text) }
            self[kind.rawValue] = .array(texts)
        }
    }
}

extension ToolResult {
    /// A refusal before anything was recorded: an answer that a model can read and act on.
    static func failure(_ failure: Failure) -> ToolResult {
        let step = failure.retryable ? "\(failure.hint) Then call again." : failure.hint
        return ToolResult(
            structured: ["error": .object(.failure(failure)), "next_step": .string(step)], isError: true)
    }
}
