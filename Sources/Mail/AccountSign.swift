/// What a transaction tells about its account rather than its message: the next message would meet the same.
package struct AccountSign: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// The login is missing, wrong or cannot be read.
        case authentication
        /// A limit of the provider on how much or how fast.
        case rateLimit = "rate_limit"
    }

    package let kind: Kind
    /// How long the server asks to wait, as `Transaction.retryAfterSeconds` reads it; nil when it named no time.
    package let seconds: Int?
    /// What is wrong with the account; names no recipient of the message that met it.
    package let failure: Failure

    private let isDaily: Bool

    /// How long the account had better rest, in seconds: what the server asks for, else 15 minutes for a login that
    /// somebody has to correct, 1 hour for a limit by the day, 5 minutes for any other.
    package var pauseSeconds: Double {
        if let seconds { return Double(seconds) }
        return kind == .authentication ? 900 : isDaily ? 3_600 : 300
    }
}

extension AccountSign {
    /// Nil when the refusal concerns this message, its recipients or the moment.
    ///
    /// - Parameter advice: what to do about a refused login, where that depends on the account.
    init?(_ refusal: Transaction.Refusal, advice: String?) {
        guard let kind = Kind(refusal.diagnosis.code) else { return nil }
        let reply = refusal.reply
        let sign = Diagnosis.Sign(reply, refusal.phase)
        self.init(
            kind: kind, seconds: RetryAfter.seconds(in: reply.text),
            failure: Failure(
                refusal.diagnosis.code,
                Diagnosis.sentence(
                    reply, refusal.phase, refusal.diagnosis, whom: Diagnosis.object(refusal.phase),
                    end: kind.end),
                hint: refusal.diagnosis.hint(advice), retryable: refusal.diagnosis.retryable,
                phase: refusal.phase,
                smtp: .init(reply, in: refusal.phase)),
            isDaily: sign.isDaily)
    }

    /// Nil when the fault is not the login's.
    init?(_ fault: TransportFault, in phase: Phase) {
        let diagnosis = Diagnosis(of: fault, in: phase)
        guard let kind = Kind(diagnosis.code) else { return nil }
        self.init(
            kind: kind, seconds: nil, failure: Failure(of: fault, in: phase, end: kind.end), isDaily: false)
    }
}

extension AccountSign.Kind {
    init?(_ code: Failure.Code) {
        switch code {
        case .authFailed, .oauthRequired: self = .authentication
        case .rateLimited: self = .rateLimit
        default: return nil
        }
    }

    fileprivate var end: String {
        switch self {
        case .authentication: "the account's mail waits until that is corrected"
        case .rateLimit: "the account's mail waits until the limit has passed"
        }
    }
}

extension Transaction {
    /// The first sign that concerns the account and not the message, wherever in the session or the transaction it
    /// came; nil when there is none, also for greylisting, which is for one message.
    package var accountSign: AccountSign? {
        let refusals = refusals
        // Where others met no such refusal the login is good enough: it is about that recipient.
        let isLoginRefused = refusals.count { $0.phase == .rcpt && $0.isAboutLogin } == recipients.count
        return refusals.lazy.filter { $0.phase != .rcpt || isLoginRefused || !$0.isAboutLogin }
            .compactMap { AccountSign($0, advice: loginAdvice) }.first
            ?? fault.flatMap { AccountSign($0, in: phase) }
    }
}

extension Transaction.Refusal {
    fileprivate var isAboutLogin: Bool { AccountSign.Kind(diagnosis.code) == .authentication }
}
