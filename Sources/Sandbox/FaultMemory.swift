internal import Mail

/// Which of the faults that are played once have been played, so that the next try is taken.
///
/// RCPT comes before the message, so a try is known by its reverse-path, its forward-path (with the `+tag`) and
/// its declared SIZE: the same stored octets sent again agree in all three, another message hardly ever does.
/// A try that was let through counts only once its mail data is taken: a transaction that breaks off in between
/// does not use it up. Kept for the life of the process, like a greylist.
struct FaultMemory {
    private struct Try: Hashable {
        let reversePath: String
        let forwardPath: String
        let size: Int?
    }

    /// The refused tries that wait for their next one.
    private var refused: Set<Try> = []

    /// Bounds the memory against a client that only ever makes first tries; far above any test's need.
    static let maximumTries = 10_000

    /// The reply that refuses this recipient now; nil when it is to be taken.
    mutating func refusal(of forwardPath: String, in transaction: Dialogue.Transaction) -> Reply? {
        guard let simulated = SimulatedAddress(playedBy: forwardPath), let reply = simulated.refusal else {
            return nil
        }
        guard simulated == .deferred || simulated == .mailboxFull else { return reply }
        let attempt = Self.attempt(forwardPath, transaction)
        if refused.contains(attempt) { return nil }
        if refused.count >= Self.maximumTries { refused.removeAll() }
        refused.insert(attempt)
        return reply
    }

    /// Forgets the refusals that the taken transaction made good.
    mutating func settle(_ transaction: Dialogue.Transaction) {
        for forwardPath in transaction.forwardPaths {
            refused.remove(Self.attempt(forwardPath, transaction))
        }
    }

    private static func attempt(_ forwardPath: String, _ transaction: Dialogue.Transaction) -> Try {
        Try(
            reversePath: transaction.reversePath.lowercased(), forwardPath: forwardPath.lowercased(),
            size: transaction.parameters.size)
    }
}
