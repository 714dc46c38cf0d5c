import GRDB
import Mail
import TestPeers
import Testing

@testable import Store

@Suite("Suppressed addresses")
struct SuppressionTests {
    private func address(_ text: String = "a@example.org") throws -> Address { try Address(parsing: text) }

    private func bounced(_ text: String = "a@example.org", send: SendID? = nil) throws -> Suppression {
        try #require(
            Suppression(
                bounced: try address(text), status: EnhancedStatusCode(5, 1, 1), reason: "No such user",
                send: send, at: Samples.later))
    }

    @Test(
        "Only a status that says that there is nobody suppresses",
        arguments: [
            ("5.1.1", true), ("5.1.2", true), ("5.1.3", true), ("5.1.0", false), ("5.1.4", false),
            ("5.1.10", false), ("5.7.1", false), ("5.7.26", false), ("5.2.2", false), ("4.1.1", false),
            ("5.0.0", false), ("2.1.1", false),
        ])
    func statuses(text: String, isSo: Bool) async throws {
        let status = try #require(EnhancedStatusCode(parsing: text))
        let suppression = Suppression(
            bounced: try address(), status: status, reason: "x", send: nil, at: Samples.later)
        #expect((suppression != nil) == isSo)
        // The database would not take it either.
        try await withStore { store, _ in
            let insert = """
                INSERT INTO suppressions (address, shown, status, reason, since)
                VALUES ('a@x.example', 'A@x.example', '\(text)', '', '\(Samples.later.rfc3339)')
                """
            if isSo {
                try store.run(insert)
            } else {
                #expect(throws: DatabaseError.self) { try store.run(insert) }
            }
        }
    }

    @Test("A suppression comes back as it was, is found in all letters, and the first one stays")
    func roundTrip() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            let first = try bounced("Ann.Lee@example.org", send: Samples.id(1))
            #expect(try await store.suppress(first))
            #expect(try await !store.suppress(bounced("ann.lee@example.org")))
            let byHand = Suppression(
                byHand: try address("b@example.org"), reason: "\u{1B}[31mred\r\n \u{202E}x", at: Samples.start
            )
            #expect(byHand.reason == "[31mred x")
            #expect(try await store.suppress(byHand))
            #expect(try store.suppressions() == [byHand, first])
            #expect(try store.suppression(of: address("ANN.LEE@EXAMPLE.org")) == first)
            #expect(try store.suppression(of: address("ann.lee@example.com")) == nil)
            #expect(try await store.lift(address("ann.LEE@example.org")))
            #expect(try await !store.lift(address("ann.lee@example.org")))
            #expect(try store.suppressions() == [byHand])
        }
    }

    @Test(
        "What Swift and SQLite hold to be the same address is the same",
        arguments: ["Ann@example.org", "ÄNN@example.org", "\"A B\"@example.org", "A@[IPv6:2001:DB8::1]"])
    func folded(text: String) async throws {
        try await withStore { store, _ in
            #expect(try await store.suppress(bounced(text)))
            #expect(try store.values("SELECT address FROM suppressions") == [address(text).caseless])
            let claim = try Samples.new(1, to: [text])
            #expect(try await store.insert(claim) == .suppressed(address(text), bounced(text)))
        }
    }

    @Test("An address of a send that is not on record may be suppressed")
    func foreign() async throws {
        try await withStore { store, _ in
            let isNew = try await store.suppress(bounced(send: Samples.id(9)))
            let found = try #require(try store.suppression(of: address()))
            #expect(isNew)
            #expect(found.send == nil)
        }
    }

    @Test("Nothing is recorded for a send with one suppressed recipient; a used key is answered all the same")
    func insertion() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1, key: "k"))
            try await store.suppress(bounced())
            let new = try Samples.new(2, to: ["b@example.org"], cc: ["A@Example.org"])
            #expect(try await store.insert(new) == .suppressed(address("A@example.org"), bounced()))
            #expect(try store.obstacle(to: new) == .suppressed(address("A@example.org"), bounced()))
            #expect(try await store.insert(try Samples.new(3, key: "k")) == .same(Samples.id(1)))
            #expect(try await store.insert(try Samples.new(4, to: ["b@example.org"])) == .inserted)
            #expect(try store.values("SELECT count(*) FROM sends") == ["2"])
        }
    }

    @Test("A failed send is not made due again for who is suppressed, and one that has it does not matter")
    func requeued() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.settle(claim, Samples.ended(claim, .rejected, [.accepted, .rejected]))
            try await store.suppress(bounced("A@example.org"))
            func retry() async throws -> Requeueing {
                try await store.requeue(
                    Samples.id(1), evenIfUnconfirmed: false, giveUpAt: Samples.later, at: Samples.later)
            }
            try await store.suppress(bounced("b@example.org"))
            #expect(try await retry() == .suppressed(address("b@example.org"), bounced("b@example.org")))
            #expect(try await store.send(Samples.id(1))?.state == .rejected)
            _ = try await store.lift(address("b@example.org"))
            #expect(try await retry() == .done)
        }
    }

    @Test("A claim leaves out who is suppressed or denied by now; without anybody left the send ends")
    func claims() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(
                try Samples.new(1, to: ["a@example.org", "b@example.org", "c@example.org"]))
            _ = try await store.insert(try Samples.new(2, to: ["A@example.org"]))
            _ = try await store.insert(try Samples.new(3, to: ["c@example.org"]))
            _ = try await store.insert(try Samples.new(4, to: ["b@example.org"]))
            try await store.suppress(bounced())
            try await store.hire()
            let denied = Failure(.recipientNotAllowed, "Not to c.", hint: "Leave it out.")
            let claiming = try await store.claiming(for: "env-1", owner: "o", limit: 9, now: Samples.later) {
                account, address in
                account == "env-1" && address.localPart == "c" ? denied : nil
            }
            #expect(claiming.ended == [Samples.id(2): .rejected, Samples.id(3): .rejected])
            #expect(claiming.claims.map(\.id) == [Samples.id(1), Samples.id(4)])
            #expect(claiming.claims.first?.forwardPaths == [try address("b@example.org")])
            #expect(claiming.claims.first?.settledOutcomes == [.notAttempted, .notAttempted])
            #expect(claiming.claims.first?.mailData != nil)

            let first = try #require(try await store.send(Samples.id(1)))
            #expect(first.recipients.map(\.outcome) == [.notAttempted, .pending, .notAttempted])
            #expect(first.warnings.count == 3)
            let second = try #require(try await store.history(of: Samples.id(2)))
            #expect(second.send.failure?.message.contains("A@example.org is suppressed") == true)
            #expect(second.send.attempts == 0)
            #expect(second.attempts.isEmpty)
            #expect(second.events.map(\.kind) == [.created, .rejected])
            #expect(try await store.send(Samples.id(3))?.failure == denied)
        }
    }
}
