import Foundation
import GRDB
import Mail
import Store
import Testing

@Suite("The record of sends")
struct RecordTests {
    @Test("A send comes back as it was recorded, with its first event")
    func roundTrip() async throws {
        try await withStore { store, _ in
            let new = try Samples.new(
                1, to: ["Ann Lee <a@example.org>", "b@example.org"], cc: ["\"C, D\" <c@example.org>"],
                tags: ["x"])
            _ = try await store.insert(new)
            let history = try #require(try await store.history(of: new.id))
            #expect(history.send.status == .queued)
            #expect(history.send.state == .ready)
            #expect(history.send.messageID == new.messageID.text)
            #expect(history.send.from == "Me <me@example.com>")
            #expect(history.send.recipients.map(\.mailbox) == new.recipients.map(\.mailbox))
            #expect(history.send.recipients.map(\.kind) == [.to, .to, .cc])
            #expect(history.send.recipients.allSatisfy { $0.outcome == .pending })
            #expect(history.send.tags == ["x"])
            #expect(history.send.metadata == ["k": "v"])
            #expect(history.send.warnings == ["careful"])
            #expect(history.send.size == new.mailData.size)
            #expect(history.events.map(\.kind) == [.created])
            #expect(try await store.mailData(of: new.id) == new.mailData)
            #expect(try await store.history(of: new.messageID)?.send.id == new.id)
            for (unique, domain) in [
                (new.id.text, "example.org"), (Samples.id(2).text, "example.com"), ("x", "y"),
            ] {
                let other = MessageID(unique: unique, domain: domain)
                #expect(try await store.history(of: other) == nil, "\(other)")
            }
            #expect(try await store.history(of: Samples.id(99)) == nil)
        }
    }

    @Test("A commit is on the disk before it counts: WAL with synchronous FULL")
    func durability() async throws {
        try await withStore { store, path in
            #expect(try store.synchronousLevelOfTheWriter() == 2)
            let mode = try DatabaseQueue(path: path).read { db in
                try String.fetchOne(db, sql: "PRAGMA journal_mode")
            }
            #expect(mode == "wal")
        }
    }

    @Test("The file and its folder are closed to other users, WAL files too")
    func modes() async throws {
        try await withStore { store, path in
            _ = try await store.insert(try Samples.new(1))
            for suffix in ["", "-wal", "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
            }
            let folder = (path as NSString).deletingLastPathComponent
            let attributes = try FileManager.default.attributesOfItem(atPath: folder)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
        }
    }

    @Test("The columns that others read have the promised names")
    func columns() async throws {
        try await withStore { _, path in
            let names = try DatabaseQueue(path: path).read { db in try db.columns(in: "sends").map(\.name) }
            for name in [
                "id", "account_id", "message_id", "from_addr", "to_addr", "subject", "status", "error",
                "created_at",
                "sent_at",
            ] { #expect(names.contains(name), "\(name)") }
        }
    }

    @Test("What was recorded is there for the next process")
    func reopened() async throws {
        try await withStore { store, path in
            let new = try Samples.new(1)
            _ = try await store.insert(new)
            let other = try Store.open(at: path)
            #expect(try await other.send(new.id)?.subject == "Hello")
        }
    }

    @Test(
        "A file that cannot be opened is named, with the reason",
        arguments: ["/proc/nowhere/x.db", "/dev/null/x.db"])
    func unopenable(path: String) {
        #expect {
            _ = try Store.open(at: path)
        } throws: { error in
            String(describing: error).contains(path)
        }
    }

    @Test("A record of a later version is left alone")
    func newer() async throws {
        try await withStore { store, path in
            try store.close()
            try await DatabaseQueue(path: path).write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('999: from the future')")
            }
            #expect(throws: StoreError.newerVersion(path: path)) { _ = try Store.open(at: path) }
        }
    }

    @Test("A full disk fails the insert as a whole and leaves nothing of it")
    func full() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            try store.limitPages()
            let large = try Samples.new(2, octets: 1_500_000)
            await #expect(throws: (any Error).self) { _ = try await store.insert(large) }
            #expect(try await store.send(Samples.id(2)) == nil)
            #expect(try await store.send(Samples.id(1)) != nil)
        }
    }
}
