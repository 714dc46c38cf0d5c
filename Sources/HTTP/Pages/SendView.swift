import JSON

/// One send as the pages show it, read from what the operations return.
struct SendView: Sendable {
    struct Recipient: Sendable {
        let address: String
        let name: String?
        let kind: String
        let outcome: String
        let reply: Reply?
        let hint: String?
        /// The last delivery report.
        let report: Report?
    }

    /// The server's words.
    struct Reply: Sendable {
        let code: String
        let phase: String?
        let text: String
    }

    /// What a report said of one recipient: the words are another system's.
    struct Report: Sendable {
        let status: String
        let text: String
        let host: String?
        let at: String
    }

    struct Attempt: Sendable {
        let number: Int
        let conversation: [String]
    }

    struct Event: Sendable {
        let at: String
        let type: String
        let detail: String?
        /// Of an answer: whether a machine wrote it.
        let isAutomatic: Bool
    }

    /// A failure as every face has it.
    struct Fault: Sendable {
        let code: String
        let message: String
        let hint: String

        init(_ json: JSON?) {
            code = json?["code"]?.string ?? "internal"
            message =
                json?["message"]?.string ?? json?["detail"]?.string
                ?? "Something went wrong in this server."
            hint = json?["hint"]?.string ?? ""
        }
    }

    let json: JSON.Object
    let id: String
    let status: String
    let state: String
    let subject: String
    let recipients: [Recipient]
    let attempts: [Attempt]
    let events: [Event]
    let error: Fault?

    init(_ json: JSON.Object) {
        self.json = json
        id = json["id"]?.string ?? ""
        status = json["status"]?.string ?? ""
        state = json["state"]?.string ?? ""
        subject = json["subject"]?.string ?? ""
        error = json["error"].map { Fault($0) }
        recipients = (json["recipients"]?.array ?? []).map { Recipient($0) }
        attempts = (json["attempt_log"]?.array ?? []).map { attempt in
            Attempt(
                number: Int(attempt["number"]?.integer ?? 0),
                conversation: attempt["conversation"]?.array?.compactMap(\.string) ?? [])
        }
        events = (json["events"]?.array ?? []).map { event in
            Event(
                at: event["at"]?.string ?? "", type: event["type"]?.string ?? "",
                detail: event["detail"]?.string, isAutomatic: event["auto"]?.bool ?? false)
        }
    }

    subscript(name: String) -> String? { json[name]?.string }

    func strings(_ name: String) -> [String] { json[name]?.array?.compactMap(\.string) ?? [] }

    /// Everybody it goes to, as the caller named them.
    var everybody: [String] { strings("to") + strings("cc") + strings("bcc") }

    /// True when somebody has it, or had it until it came back.
    var isTakenForSome: Bool {
        recipients.contains { ["accepted", "bounced", "delivered"].contains($0.outcome) }
    }

    /// True when it was this server that let it go to nobody.
    var isKeptBack: Bool { state == "rejected" && error?.code == "recipient_not_allowed" }

    /// Never empty: there must be something to point at.
    var title: String { subject.contains { !$0.isWhitespace } ? subject : "(no subject)" }
}

extension SendView.Recipient {
    init(_ json: JSON) {
        address = json["address"]?.string ?? ""
        name = json["name"]?.string
        kind = json["kind"]?.string ?? ""
        outcome = json["outcome"]?.string ?? ""
        hint = json["hint"]?.string
        report = json["report"].map { report in
            SendView.Report(
                status: report["status"]?.string ?? "", text: report["text"]?.string ?? "",
                host: report["host"]?.string, at: report["at"]?.string ?? "")
        }
        reply = json["reply"].map { reply in
            let code = reply["code"]?.integer.map { String($0) } ?? ""
            let enhanced = reply["enhanced"]?.string.map { " \($0)" } ?? ""
            return SendView.Reply(
                code: code + enhanced, phase: reply["phase"]?.string, text: reply["text"]?.string ?? "")
        }
    }
}
