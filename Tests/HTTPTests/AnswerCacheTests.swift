import JSON
import Mail
import Store
import Synchronization
import TestPeers
import Testing
import Tools

@testable import HTTP

@Suite("Answers that are still true")
struct AnswerCacheTests {
    @Test("An answer is made once, and anew after any write, also by another process")
    func made() async throws {
        try await withShop { shop in
            let cache = AnswerCache()
            let made = Mutex(0)
            func ask(_ key: String) async throws {
                let mark = await shop.offer.operations.mark()
                #expect(mark != nil)
                _ = try await cache.answer(key, at: mark) { () async throws(Refused) in
                    made.withLock { $0 += 1 }
                    return .document([0x7B, 0x7D])
                }
            }
            for _ in 0..<3 { try await ask("a") }
            #expect(made.withLock { $0 } == 1)
            try await ask("b")
            #expect(made.withLock { $0 } == 2)
            _ = await shop.send([
                "to": "a@example.org", "subject": "x", "text": "x", "send_at": .string(Self.later(shop)),
            ])
            try await ask("a")
            #expect(made.withLock { $0 } == 3)
            let other = try Store.open(at: shop.path)
            try await ask("a")
            let before = made.withLock { $0 }
            try await ask("a")
            #expect(made.withLock { $0 } == before)
            let id = try #require(
                (await shop.ask("GET", "/sends")["sends"]?[0]?["id"]?.string).flatMap(SendID.init))
            _ = try await other.cancel(id, at: shop.clock.now)
            try await ask("a")
            #expect(made.withLock { $0 } == before + 1)
            try other.close()
        }
    }

    @Test("What another process does to a send is in the next look-up of it")
    func fresh() async throws {
        try await withShop { shop in
            let id = try #require(
                await shop.send([
                    "to": "a@example.org", "subject": "x", "text": "x", "send_at": .string(Self.later(shop)),
                ])["id"]?.string)
            for _ in 0..<2 { #expect(await shop.ask("GET", "/track/\(id)")["state"] == "scheduled") }
            let other = try Store.open(at: shop.path)
            _ = try await other.cancel(try #require(SendID(id)), at: shop.clock.now)
            #expect(await shop.ask("GET", "/track/\(id)")["state"] == "cancelled")
            try other.close()
        }
    }

    private static func later(_ shop: Shop) -> String { shop.clock.now.adding(seconds: 3_600).rfc3339 }
}
