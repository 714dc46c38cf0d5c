package import Logging
package import Mail
import Store

extension SendingService {
    /// One whose accounts never change.
    ///
    /// - Parameters:
    ///   - approval: which sends wait for a person, whatever their account says.
    ///   - retention: how long the mail data of finished sends is kept; nil keeps it.
    package convenience init(
        accounts: [Account], withoutAccount: Failure = .noAccountConfigured, door: StoreDoor,
        approval: ApprovalPolicy = .none, roots: AttachmentRoots, limits: Limits = Limits(),
        retention: Duration? = nil, webhooks: WebhookOutlet? = nil,
        surroundings: Surroundings, logger: Logger
    ) {
        self.init(
            book: AccountBook(.init(accounts: accounts, withoutAccount: withoutAccount)), door: door,
            approval: approval, roots: roots, limits: limits, retention: retention, webhooks: webhooks,
            surroundings: surroundings, logger: logger)
    }

    /// Notices, as long as the task runs, that accounts were added, changed or removed, or that a person ended a pause
    /// of one (`envelope accounts`): what waits goes out within a second.
    package func watchAccounts() async {
        while !Task.isCancelled {
            do { try await surroundings.sleep(Self.accountLook) } catch { return }
            await lookForAccounts()
        }
    }

    /// A look into shared memory, mostly.
    private static let accountLook = Duration.milliseconds(500)

    /// Perhaps it was added just now: looked for once more, where the answer would be no.
    package func lookForAccounts(of request: borrowing SendRequest) async {
        if !composition.knowsAccount(of: request) { await lookForAccounts() }
    }

    func lookForAccounts() async {
        guard let store = (try? door.forReading()) ?? nil else { return }
        if await book.refresh(store) { await dispatcher.adoptAccounts() }
    }
}
