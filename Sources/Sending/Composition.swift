package import Mail
import Store

/// From a request to a send that can be recorded: policy, then composing (steps 3 and 4 of the way of one message).
struct Composition: Sendable {
    let book: AccountBook
    let approval: ApprovalPolicy
    let roots: AttachmentRoots
    let limits: Limits
    let surroundings: Surroundings

    var mayHold: Bool { approval > .none || book.accounts.contains { $0.approval > .none } }

    /// False where a request would be refused for want of the account that it asks for.
    func knowsAccount(of request: borrowing SendRequest) -> Bool {
        let accounts = book.accounts
        if let name = request.account {
            return accounts.contains { $0.record.name == name || $0.record.id == name }
        }
        guard let from = request.from else { return !accounts.isEmpty }
        return accounts.contains { $0.allows(from.address) }
    }

    /// - Parameter isRepeated: its key is known, so that times which were right when it was first given may have passed.
    func newSend(from request: SendRequest, isRepeated: Bool = false) throws(Failure) -> NewSend {
        let account = try account(for: request)
        let from = request.from ?? account.sender
        try allow(from.address, account)
        try limits.check(request)
        let recipients = recipients(of: request)
        let name = account.record.name
        try account.rails.check(count: recipients.count, of: name)
        try account.rails.check(
            recipients.map(\.mailbox.address), fields: recipients.indices.map(recipients.field), of: name)

        let now = surroundings.now()
        let scheduledFor = isRepeated ? request.sendAt : try time(request, now)
        let id = SendID(
            milliseconds: now.milliseconds, random: (surroundings.random(), surroundings.random()))
        let messageID = MessageID(unique: id.text, domain: from.address.domain)
        let message = try message(from: from, request)
        let composed = try message.composed(
            date: scheduledFor ?? now, messageID: messageID, boundary: "=_" + id.text)
        try limits.check(composed.mailData, of: request)
        let policy = max(approval, account.approval)
        let guards = request.idempotencyKey == nil && !request.allowsDuplicate
        return NewSend(
            id: id, account: account.record, messageID: messageID, from: from,
            recipients: recipients,
            subject: request.subject ?? "", mailData: composed.mailData, createdAt: now,
            giveUpAt: isRepeated ? now : try giveUpTime(request, account, from: scheduledFor ?? now),
            tags: request.tags,
            metadata: request.metadata, warnings: request.warnings + composed.warnings,
            scheduledFor: scheduledFor, idempotencyKey: request.idempotencyKey,
            fingerprint: Fingerprint(of: request, as: message),
            heldBecause: policy.reason(
                toHold: recipients.map(\.mailbox.address), from: account.sender.address),
            duplicatesSince: guards ? now.adding(seconds: -Self.duplicateWindow) : nil,
            limits: account.rails.limits)
    }

    /// Agents repeat themselves when a call times out, and then within minutes; seconds.
    private static let duplicateWindow = 600.0
    /// Seconds ahead that a send may be scheduled for.
    private static let farthest = 366.0 * 86_400

    /// The time to send it at; nil for at once, which a time of a moment ago means too.
    private func time(_ request: SendRequest, _ now: Timestamp) throws(Failure) -> Timestamp? {
        guard let time = request.sendAt else { return nil }
        if time <= now, time.adding(seconds: 60) > now { return nil }
        guard time > now, time <= now.adding(seconds: Self.farthest) else {
            throw Failure(
                .invalidRequest,
                "`send_at` \(time.rfc3339) is \(time > now ? "more than a year ahead" : "in the past"); it is now \(now.rfc3339).",
                hint: "Give a time within a year from now, or leave `send_at` out to send at once.",
                field: "send_at")
        }
        return time
    }

    private func giveUpTime(
        _ request: SendRequest, _ account: Account, from start: Timestamp
    ) throws(Failure) -> Timestamp {
        guard let time = request.giveUpAt else { return start.adding(seconds: account.schedule.giveUpAfter) }
        if time > start, time <= start.adding(seconds: Self.farthest) { return time }
        throw Failure(
            .invalidRequest,
            "`give_up_at` \(time.rfc3339) is not within a year after \(start.rfc3339), when it is sent.",
            hint: "Give a later time, or leave `give_up_at` out.", field: "give_up_at")
    }

    private func account(for request: SendRequest) throws(Failure) -> Account {
        let accounts = book.accounts
        if let name = request.account {
            if let account = accounts.first(where: { $0.record.name == name || $0.record.id == name }) {
                return account
            }
            let known = accounts.map(\.record.name).joined(separator: ", ")
            throw Failure(
                .unknownAccount, "There is no account named \(name.debugDescription).",
                hint: known.isEmpty
                    ? "Leave `account` out, and set up an account first." : "Use one of: \(known).",
                field: "account")
        }
        let named = request.from.flatMap { from in
            accounts.first { $0.sender.address == from.address }
                ?? accounts.first { $0.allows(from.address) }
        }
        guard let account = named ?? accounts.first else { throw book.withoutAccount }
        return account
    }

    private func allow(_ from: Address, _ account: Account) throws(Failure) {
        if account.allows(from) { return }
        throw .senderNotAllowed(from, account)
    }

    private func recipients(of request: SendRequest) -> [NewSend.Recipient] {
        [(RecipientKind.to, request.to), (.cc, request.cc), (.bcc, request.bcc)].flatMap { kind, mailboxes in
            mailboxes.map { NewSend.Recipient(kind: kind, mailbox: $0) }
        }
    }

    private func message(from: Mailbox, _ request: SendRequest) throws(Failure) -> Message {
        var attachments: [Attachment] = []
        for (index, source) in request.attachments.enumerated() {
            do {
                attachments.append(try attachment(source))
            } catch {
                throw error.at("attachments[\(index)]")
            }
        }
        return Message(
            from: from, to: request.to, cc: request.cc, bcc: request.bcc, replyTo: request.replyTo,
            subject: request.subject, text: request.text, html: request.html, markdown: request.markdown,
            attachments: attachments, inReplyTo: request.inReplyTo, references: request.references,
            headers: request.headers)
    }

    private func attachment(_ source: AttachmentSource) throws(Failure) -> Attachment {
        let octets: [UInt8]
        var name = source.filename
        switch source.content {
        case .octets(let given): octets = given
        case .path(let path):
            octets = try roots.read(path)
            name = name ?? path.split(separator: "/").last.map(String.init)
        }
        return Attachment(
            filename: name ?? "attachment", contentType: source.contentType, content: octets,
            contentID: source.contentID)
    }
}

extension [NewSend.Recipient] {
    /// The argument that named a recipient: `cc[0]`.
    func field(_ index: Int) -> String {
        let kind = self[index].kind
        return "\(kind.rawValue)[\(self[..<index].count { $0.kind == kind })]"
    }
}

extension Failure {
    /// No account, and the exact lines that would make one.
    package static let noAccountConfigured = Failure(
        .noAccountConfigured, "No mailbox to send from is configured, so nothing was sent.",
        hint: """
            Tell the person who runs this server to run `envelope accounts add you@example.com`, or to add to its \
            environment, in the host's mcpServers entry: \
            "ENVELOPE_SMTP_URL": "smtps://you%40example.com@smtp.example.com:465", "ENVELOPE_SMTP_PASSWORD": "…", \
            "ENVELOPE_FROM": "You <you@example.com>" (smtp://…:587 for STARTTLS). To try it without an account, start \
            it as: envelope --sandbox
            """)
}
