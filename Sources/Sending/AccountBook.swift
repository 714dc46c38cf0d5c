package import Mail
package import Store
import Synchronization

/// The accounts that this process sends from, as settings and record have them now.
///
/// A lock and not an actor: each send asks it, and nothing in it takes long.
package final class AccountBook: Sendable {
    /// What it holds at one time.
    package struct Page: Sendable {
        package let accounts: [Account]
        /// What a send fails with when there is none.
        package let withoutAccount: Failure
        /// Of the record's accounts when they were read; nil for accounts that are in no record.
        package let number: Int64?

        package init(accounts: [Account], withoutAccount: Failure, number: Int64? = nil) {
            self.accounts = accounts
            self.withoutAccount = withoutAccount
            self.number = number
        }
    }

    /// Reads the accounts anew.
    package typealias Reading = @Sendable (Store) async -> Page

    private struct State {
        var page: Page
        var version: RecordVersion?
        var listeners: [Int: AsyncStream<[Account]>.Continuation] = [:]
        var last = 0
    }

    private let state: Mutex<State>
    private let reading: Reading?

    /// - Parameter reading: nil where they never change.
    package init(_ page: Page, reading: Reading? = nil) {
        state = Mutex(State(page: page))
        self.reading = reading
    }

    package var accounts: [Account] { state.withLock { $0.page.accounts } }
    package var withoutAccount: Failure { state.withLock { $0.page.withoutAccount } }

    /// Of the record's accounts, as they were read last.
    var number: Int64? { state.withLock { $0.page.number } }

    func account(_ id: String) -> Account? { accounts.first { $0.record.id == id } }

    /// Looks whether anybody changed the accounts, or ended a pause of one, since it was last asked.
    ///
    /// Where nobody wrote anything that costs no more than a look into shared memory, otherwise one row.
    func refresh(_ store: Store) async -> Bool {
        guard let reading else { return false }
        // Before the number: what is written in between is seen by the next look.
        let version = store.version()
        let (known, number) = state.withLock { ($0.version, $0.page.number) }
        if let version, version == known { return false }
        guard let latest = try? store.accountChanges() else { return false }
        if latest == number {
            state.withLock { $0.version = version }
            return false
        }
        let page = await reading(store)
        let listeners = state.withLock { state in
            state.page = page
            state.version = nil
            return state.listeners.values
        }
        for listener in listeners { listener.yield(page.accounts) }
        return true
    }

    /// The accounts now, and again whenever they have changed; ends with the task.
    func pages() -> AsyncStream<[Account]> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: [Account].self, bufferingPolicy: .bufferingNewest(1))
        let ticket = state.withLock { state in
            state.last += 1
            state.listeners[state.last] = continuation
            continuation.yield(state.page.accounts)
            return state.last
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: ticket) }
        }
        return stream
    }
}
