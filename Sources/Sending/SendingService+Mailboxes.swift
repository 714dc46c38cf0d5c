package import Mail

extension SendingService {
    /// True when there is a mailbox to look into.
    package var hasMailboxes: Bool { accounts.contains { $0.mailbox != nil } }

    /// Looks once into every account's mailbox for what became of its mail.
    ///
    /// What a mailbox refuses stands in its check; a throw is our own fault at the record.
    ///
    /// - Parameter ifOpen: only into those that can still tell something, and not for an hour after a refused login; cron
    ///   comes each minute.
    package func checkMailboxes(ifOpen: Bool = false) async throws(Failure) -> [MailboxCheck] {
        try await mailboxes.check(ifOpen: ifOpen)
    }

    /// Looks again and again, kindly, as long as anything is open; ends when the task is cancelled.
    package func watchMailboxes() async { await mailboxes.run() }
}
