import Mail
import Store

extension SendRecord {
    /// What an agent should do now, in one or two sentences.
    var nextStep: String { (isSandbox ? "Sandbox: nothing left this machine. " : "") + step }

    private var step: String {
        switch state {
        case .accepted: (evidence ?? "Done: the server accepted it. Do not send it again.") + lookedAt
        case .partial: partialStep + (evidence.map { " " + $0 } ?? "") + lookedAt
        case .ready where failure != nil:
            "It waits for its account, which is paused until \(nextAttemptAt?.rfc3339 ?? "later"); `error` says why."
                + " \(Self.whileRunning) Do not send it again."
        case .ready, .sending:
            "It is being sent. Call track_send with this id in a few seconds; do not send it again."
        case .scheduled:
            "It will be sent at \(nextAttemptAt?.rfc3339 ?? "its time"). \(Self.whileRunning) Do not send it again."
        case .held:
            "It waits for a person's approval; nothing leaves before. Tell the user: `envelope approve \(id)` sends it,"
                + " `envelope deny \(id)` stops it. Call track_send with this id later; do not send it again."
        case .deferred:
            deferredStep
        case .unconfirmed:
            "Do not send it again: it may have arrived. "
                + (mailboxCheckedAt.map {
                    "The mailbox showed nothing of it when it was last looked into, at \($0.rfc3339); a copy or a report"
                        + " that comes settles it by itself. Until then ask the user to ask the recipient."
                } ?? "Ask the user to look into the Sent folder or to ask the recipient.")
        case .rejected, .expired:
            // A person puts the login right; the message itself is as it should be.
            failure.map { failure in
                failure.retryable || [.authFailed, .oauthRequired].contains(failure.code)
                    ? "\(failure.hint) Then send it again." : failure.hint
            }
                ?? "Send it again with what was wrong put right."
        case .cancelled, .denied:
            "It was stopped on purpose. Do not send it again unless the user asks for it."
        }
    }

    private var partialStep: String {
        var step = "The server accepted it for \(addresses(.accepted)). Do not send it to them again."
        if recipients.contains(where: { $0.outcome == .unconfirmed }) {
            step += " Nor to \(addresses(.unconfirmed)): they may have it."
        }
        if recipients.contains(where: { ![.accepted, .unconfirmed].contains($0.outcome) }) {
            step += " The others are in `warnings`: correct those addresses and send to them alone."
        }
        return step
    }

    private var deferredStep: String {
        let next = nextAttemptAt?.rfc3339 ?? "a later time"
        let has = recipients.contains { $0.outcome == .accepted }
        return
            (has
            ? "The server has it for \(addresses(.accepted)), and not yet for \(addresses(.deferred)); for them it"
            : "The server did not take it yet; it")
            + " is tried again at \(next). \(Self.whileRunning) Call track_send with this id after that; do not send it"
            + " again."
    }

    /// A stdio server lives as long as its host.
    private static let whileRunning = "If this server ends before, the next one or `envelope drain` sends it."

    private func addresses(_ outcome: Outcome) -> String {
        recipients.filter { $0.outcome == outcome }.map(\.address.text).joined(separator: ", ")
    }

    /// What the mailbox has shown of it since the server took it; nil for nothing. No words of another system in it.
    private var evidence: String? {
        switch delivery {
        case .bounced:
            "It came back\(bounced.isEmpty ? "" : " for " + bounced): do not send it to that address again. Tell the user,"
                + " who may know another one; `recipients` has the report."
        case .delayed:
            "A server on its way says that it is delayed and goes on trying: do not send it again."
        case .delivered: "Done: it was delivered, as a report says. Do not send it again."
        case .inSentFolder:
            "Done: the server accepted it, and the Sent folder holds it. Do not send it again."
        case .unknown: nil
        }
    }

    /// `gone@example.com (5.1.1), …`; empty where nobody can say who.
    private var bounced: String {
        recipients.filter { $0.outcome == .bounced }.map { recipient in
            recipient.address.text + (recipient.report?.status.map { " (\($0))" } ?? "")
        }.joined(separator: ", ")
    }

    /// A bounce or a delivery is the end; before it somebody goes on looking.
    private var lookedAt: String {
        guard delivery != .bounced, delivery != .delivered, let mailboxCheckedAt else { return "" }
        return
            " The mailbox was last looked into at \(mailboxCheckedAt.rfc3339); track_send says later whether it came back."
    }
}

extension SendHistory {
    /// The same with what its events tell: settled by evidence, answered.
    var nextStep: String {
        var step = send.nextStep
        if events.contains(where: { $0.kind == .reconciled }) {
            step += " Nobody knew at first whether it was taken; the mailbox settled that."
        }
        let answers = events.filter { $0.kind == .replied }
        let people = answers.count { $0.isAutomatic != true }
        if people > 0 {
            step +=
                " It was answered\(people == 1 ? "" : " \(people) times"): tell the user to read the answer."
        } else if !answers.isEmpty {
            step +=
                " A machine answered, for example because somebody is away; that is no answer of a person."
        }
        return step
    }
}
