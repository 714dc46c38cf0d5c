extension Transaction {
    /// A reply that refused something, judged by where it was said.
    struct Refusal {
        let reply: Reply
        let phase: Phase
        let diagnosis: Diagnosis

        init(_ reply: Reply, in phase: Phase) {
            self.reply = reply
            self.phase = phase
            diagnosis = Diagnosis(of: reply, in: phase)
        }
    }

    /// Every refusal, in the order in which they were said.
    var refusals: [Refusal] {
        // A refused bearer token comes as 334, so what ended the session counts whatever its class.
        var refusals = sessionRefusal.map { [Refusal($0, in: phase)] } ?? []
        var said = [(mail, Phase.mail)] + recipients.map { ($0.reply, Phase.rcpt) }
        said += [(data, .data), (finalDot, finalDotMayHaveLeft ? .finalDot : .body)]
        for case (let reply?, let phase) in said where reply.isTransient || reply.isPermanent {
            refusals.append(Refusal(reply, in: phase))
        }
        return refusals
    }

    /// True when the session or MAIL was refused because the server takes no further connection: it says so, or it
    /// greets with 421 4.7.0 or 4.3.2, which beside other connections means the same.
    package var meetsConnectionLimit: Bool {
        guard let refusal = refusals.first, refusal.phase <= .mail, refusal.reply.isTransient else {
            return false
        }
        let sign = Diagnosis.Sign(refusal.reply, refusal.phase)
        if sign.isConnectionLimit { return true }
        return sign.phase == .greeting && sign.code == 421 && (sign.isEnhanced(7, 0) || sign.isEnhanced(3, 2))
    }

    /// True when every recipient that is still open was put off only because there were too many of them
    /// (RFC 5321 §4.5.3.1.10) while another was accepted: they can be tried at once in a transaction of their own.
    package var isOnlyTooManyRecipients: Bool {
        let outcomes = outcomes
        let open = outcomes.indices.filter { ![.accepted, .rejected].contains(outcomes[$0]) }
        guard outcomes.contains(.accepted), !open.isEmpty else { return false }
        return open.allSatisfy { index in
            guard outcomes[index] == .deferred, let (reply, phase) = decisiveReply(for: index) else {
                return false
            }
            return phase == .rcpt && Diagnosis.Sign(reply, phase).isTooManyRecipients
        }
    }
}
