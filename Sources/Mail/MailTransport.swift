/// The seam between the queue and the wire: carries one message to a submission server.
package protocol MailTransport: Sendable {
    /// Where its conversations run, for those around them: who prefers it as well changes no thread between them. What
    /// runs there must not block. Nil when it has none, or none yet.
    var executor: (any TaskExecutor)? { get }

    /// Runs one mail transaction and says what happened; a refusal is an answer, so it never throws.
    ///
    /// - Parameters:
    ///   - gate: awaited before the last octets of the mail data may reach the socket. When it throws, the line
    ///     is closed without the final dot and the transaction ends with `TransportFault.Kind.gateClosed`. It runs on
    ///     the wire's thread and must not block it.
    ///   - progress: told each moment as it is passed, in order, and again from the start when an idle
    ///     connection turns out to be gone; must not block.
    ///
    /// Cancelling the calling task before the gate ends the transaction promptly with `.cancelled` and never
    /// leaves half a message accepted; from the gate on it has no effect.
    func carry(
        _ mailData: MailData, in envelope: Envelope, gate: @escaping Gate, progress: @escaping Progress
    ) async -> Transaction
}

extension MailTransport {
    package var executor: (any TaskExecutor)? { nil }
}

/// Commits that the attempt is at the final dot, or throws and nothing is sent.
package typealias Gate = @Sendable () async throws -> Void
/// Hears how an attempt goes on.
package typealias Progress = @Sendable (TransactionMoment) -> Void
