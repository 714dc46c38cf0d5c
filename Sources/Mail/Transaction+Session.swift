extension Transaction {
    /// Why there is no session to send anything in; nil when nothing went wrong before MAIL.
    package var sessionFailure: Failure? {
        guard let reply = sessionRefusal else { return fault.map { Failure(of: $0, in: phase) } }
        let diagnosis = Diagnosis(of: reply, in: phase)
        return Failure(
            diagnosis.code,
            Diagnosis.sentence(
                reply, phase, diagnosis, whom: Diagnosis.object(phase), end: "nothing can be sent"),
            hint: diagnosis.hint(loginAdvice), retryable: diagnosis.retryable, phase: phase,
            smtp: .init(reply, in: phase))
    }
}
