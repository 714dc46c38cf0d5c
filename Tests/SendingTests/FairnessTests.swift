import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Several accounts, many sends", .timeLimit(.minutes(5)))
struct FairnessTests {
    @Test("An account whose server never answers holds up no other")
    func stuckAccount() async throws {
        try await withTemporaryFolder { folder in
            let stuck = HeldTransport()
            let swift = ScriptedTransport(Array(repeating: ScriptedTransport.accepts, count: 20))
            let desk = Desk(
                accounts: [
                    try Desk.account("me", stuck, connections: 1),
                    try Desk.account("other", swift, connections: 1),
                ], path: folder + "/envelope.db")
            for number in 0..<20 { _ = try await desk.send(subject: "stuck \(number)", wait: .zero) }
            try await eventually { stuck.waiting.count == 4 }
            for number in 0..<20 {
                var request = try Desk.request(subject: "\(number)")
                request.account = "other"
                let sent = try await desk.service.send(request, wait: .seconds(3_000))
                #expect(sent.history.send.state == .accepted)
            }
            #expect(stuck.arrived.count == 4)
            #expect(swift.carried.count == 20)
            while stuck.release(ScriptedTransport.unreachable) {}
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test(
        "Four times as many attempts as connections at once, and a backlog goes out in the order in which it is due"
    )
    func backlog() async throws {
        try await withTemporaryFolder { folder in
            let transport = HeldTransport()
            let path = folder + "/envelope.db"
            let clock = ManualClock()
            let desk = Desk(
                accounts: [try Desk.account("me", transport, connections: 2)], path: path, clock: clock)
            // Due one second after the other, recorded in another order.
            let count = 200
            for number in 0..<count {
                let rank = number * 37 % count
                var request = try Desk.request(to: ["a\(rank)@example.org"])
                request.sendAt = clock.now.adding(seconds: Double(1_000 + rank))
                _ = try await desk.service.send(request, wait: .zero)
            }
            #expect(transport.arrived.isEmpty)
            // All at once.
            clock.advance(by: 2_000)
            try await eventually {
                clock.advance(by: 1)
                return transport.waiting.count == 8
            }
            try await eventually {
                transport.release()
                // So that the times of the claims tell their order.
                clock.advance(by: 1)
                return transport.arrived.count == count && transport.waiting.isEmpty
            }
            #expect(transport.most == 8)
            let looker = try desk.looker()
            try await eventually {
                try looker.texts("SELECT id FROM sends WHERE state = 'accepted'").count == count
            }
            let claimed = try looker.texts(
                """
                SELECT r.address FROM events e JOIN recipients r ON r.send = e.send
                WHERE e.type = 'attempt_started' ORDER BY e.at, e.send
                """)
            #expect(claimed.count == count)
            for (place, address) in claimed.enumerated() {
                let rank = try #require(Int(address.dropFirst().prefix { $0.isNumber }))
                // Those that were claimed by one transaction have no order among them.
                #expect(abs(place - rank) < 8, "\(address) at \(place)")
            }
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("After a session that failed, one attempt at a time tries until one succeeds")
    func probing() async throws {
        try await withTemporaryFolder { folder in
            let transport = HeldTransport()
            let schedule = RetrySchedule(pauses: [10_000], giveUpAfter: 100_000)
            let clock = ManualClock()
            let desk = Desk(
                accounts: [try Desk.account("me", transport, schedule: schedule, connections: 2)],
                path: folder + "/envelope.db",
                clock: clock)
            for number in 0..<20 {
                var request = try Desk.request(to: ["a\(number)@example.org"])
                request.sendAt = clock.now.adding(seconds: 100)
                _ = try await desk.service.send(request, wait: .zero)
            }
            clock.advance(by: 200)
            try await eventually {
                clock.advance(by: 1)
                return transport.waiting.count == 8
            }
            // All that were under way meet the same: only then the next one tries, alone.
            for left in (0..<7).reversed() {
                transport.release(ScriptedTransport.unreachable)
                try await eventually { await desk.service.dispatcher.deliveries.count == left + 1 }
                #expect(transport.arrived.count == 8)
            }
            for probe in 9...12 {
                transport.release(ScriptedTransport.unreachable)
                try await eventually { transport.arrived.count == probe }
                #expect(transport.waiting.count == 1)
                #expect(await desk.service.dispatcher.deliveries.count == 1)
            }
            // One that the server speaks to, whatever it says, ends it.
            transport.release(ScriptedTransport.replies(rcpt: [550], finalDot: nil))
            try await eventually { transport.arrived.count == 20 && transport.waiting.count == 8 }
            while transport.release() {}
            try await eventually { await desk.service.dispatcher.isIdle }
            _ = await desk.service.finish(within: .zero)
        }
    }
}
