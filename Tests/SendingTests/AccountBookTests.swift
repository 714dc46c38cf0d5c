import Logging
import Mail
import Store
import Synchronization
import TestPeers
import Testing

@testable import Sending

@Suite("Accounts that change while the service runs")
struct AccountBookTests {
    /// Accounts that a test changes, and how often they were read.
    private final class Shelf: Sendable {
        let accounts = Mutex<[Account]>([])
        let readings = Atomic(0)

        func put(_ accounts: Account...) { self.accounts.withLock { $0 = accounts } }

        func page(in store: Store) -> AccountBook.Page {
            readings.add(1, ordering: .relaxed)
            return AccountBook.Page(
                accounts: accounts.withLock { $0 }, withoutAccount: .noAccountConfigured,
                number: try? store.accountChanges())
        }
    }

    private func withService(
        _ shelf: Shelf, _ body: (SendingService, ManualClock, Store) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let other = try Store.open(at: path)
            let clock = ManualClock()
            let book = AccountBook(shelf.page(in: other)) { shelf.page(in: $0) }
            let service = SendingService(
                book: book, door: StoreDoor(open: { try Store.open(at: path) }, exists: { true }),
                roots: AttachmentRoots(folders: [], limit: 0), surroundings: Desk.surroundings(clock),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await body(service, clock, other)
            _ = await service.finish(within: .zero)
            try other.close()
        }
    }

    /// What another process does to the record.
    private func keepOne(_ store: Store) async throws {
        try await store.keep(
            ConfiguredAccount(
                id: "any", name: "any", sender: try Mailbox(parsing: "any@example.com"),
                host: "mail.example.com",
                port: 465, security: .tls, login: nil, isDefault: false, imapURL: nil, caFile: nil,
                publicKey: nil, createdAt: Timestamp(milliseconds: 1_800_000_000_000)), secrets: [])
    }

    @Test("They are read when somebody has changed them, and not for any other write")
    func readings() async throws {
        let shelf = Shelf()
        try await withService(shelf) { service, clock, other in
            shelf.put(try Desk.account("me", ScriptedTransport([ScriptedTransport.accepts])))
            #expect(service.accounts.isEmpty)
            let watch = Task { await service.watchAccounts() }
            let moving = clock.moving(by: 0.5)
            try await keepOne(other)
            try await eventually { service.accounts.count == 1 }
            let count = shelf.readings.load(ordering: .relaxed)
            _ = try await service.send(try Desk.request(), wait: .seconds(3_000))
            _ = try await other.suppress(
                Suppression(byHand: try Address(parsing: "x@example.org"), reason: "x", at: clock.now))
            let start = clock.now
            try await eventually { clock.now > start.adding(seconds: 60) }
            #expect(shelf.readings.load(ordering: .relaxed) == count)
            shelf.put()
            _ = try await other.makeDefault("any")
            try await eventually { service.accounts.isEmpty }
            moving.cancel()
            watch.cancel()
            await watch.value
        }
    }

    @Test("A send that names an account which came a moment ago finds it, before anybody has looked")
    func onDemand() async throws {
        let shelf = Shelf()
        try await withService(shelf) { service, _, other in
            await #expect(throws: Failure.self) {
                _ = try await service.send(try Desk.request(), wait: .zero)
            }
            shelf.put(try Desk.account("me", ScriptedTransport([ScriptedTransport.accepts])))
            try await keepOne(other)
            var request = try Desk.request()
            request.account = "me"
            let sent = try await service.send(request, wait: .seconds(3_000))
            #expect(sent.history.send.status == .sent)
            request.account = "you"
            await #expect(throws: Failure.self) { _ = try await service.send(request, wait: .zero) }
        }
    }

    @Test(
        "A pause that a person ended elsewhere is over here within half a second, long before the next sweep")
    func resumes() async throws {
        let shelf = Shelf()
        let transport = ScriptedTransport([ScriptedTransport.wrongPassword, ScriptedTransport.accepts])
        shelf.put(try Desk.account("me", transport))
        try await withService(shelf) { service, clock, other in
            let first = try await service.send(try Desk.request(), wait: .zero)
            let id = first.history.send.id
            try await eventually { try other.pause(of: "env-me", at: clock.now) != nil }
            let start = clock.uptime
            let watch = Task { await service.watchAccounts() }
            try await other.resume("env-me")
            try await eventually {
                if try await service.track(.id(id), wait: .zero).send.status == .sent { return true }
                // The dispatcher's own look is further away.
                if clock.uptime < start + 4 { clock.advance(by: 0.01) }
                return false
            }
            watch.cancel()
            await watch.value
        }
    }

    @Test("An account that goes takes its queue out of this process, and what is under way goes to its end")
    func goes() async throws {
        let shelf = Shelf()
        let held = HeldTransport()
        shelf.put(try Desk.account("me", held))
        try await withService(shelf) { service, _, other in
            let first = try await service.send(try Desk.request(), wait: .zero)
            try await eventually { !held.waiting.isEmpty }
            shelf.put()
            try await keepOne(other)
            await service.lookForAccounts()
            #expect(service.accounts.isEmpty)
            held.release()
            try await eventually {
                try await service.track(.id(first.history.send.id), wait: .zero).send.status == .sent
            }
        }
    }
}
