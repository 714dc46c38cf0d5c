import Mail
import TestPeers
import Testing

@testable import Sending
@testable import Store

@Suite("The end of a wait and of a process", .timeLimit(.minutes(5)))
struct EndingTests {
    @Test("What was queued when a process ended is sent by the next one")
    func restart() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([ScriptedTransport.unreachable], path: path)
            let id = try await first.send().send.id
            _ = await first.service.finish(within: .zero)
            let second = try Desk([ScriptedTransport.accepts], path: path, clock: first.clock)
            let last = try await second.advance(id) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            _ = await second.service.finish(within: .zero)
        }
    }

    @Test("Waiting ends with the wait, and the attempt goes on behind it")
    func waiting() async throws {
        let release = AsyncStream.makeStream(of: Void.self)
        let act: ScriptedTransport.Act = { envelope, gate in
            for await _ in release.stream { break }
            return await ScriptedTransport.accepts(envelope, gate)
        }
        try await withDesk([act]) { desk in
            async let answer = desk.send(wait: .seconds(4))
            try await eventually { desk.clock.sleepers > 0 }
            let mover = desk.clock.moving(by: 0.25)
            let queued = try await answer
            mover.cancel()
            #expect(queued.send.status == .queued)
            release.continuation.finish()
            let last = try await desk.advance(queued.send.id, by: 0.1) { $0.status != .queued }
            #expect(last.send.state == .accepted)
        }
    }

    @Test(
        "Stopped before the gate, a send is released for the next process; stopped behind it, it is unconfirmed"
    )
    func finishing() async throws {
        let stuckBefore: ScriptedTransport.Act = { envelope, _ in
            try? await Task.sleep(for: .seconds(600))
            var transaction = Transaction(forwardPaths: envelope.forwardPaths)
            transaction.phase = .data
            transaction.fault = TransportFault(.cancelled, detail: "cancelled")
            return transaction
        }
        let stuckBehind: ScriptedTransport.Act = { envelope, gate in
            try? await gate()
            try? await Task.sleep(for: .seconds(600))
            // As a real transport: from the gate on a cancel has no effect.
            await withCheckedContinuation { (_: CheckedContinuation<Void, Never>) in }
            return Transaction(forwardPaths: envelope.forwardPaths)
        }
        for (act, expected) in [(stuckBefore, SendState.ready), (stuckBehind, .unconfirmed)] {
            try await withTemporaryFolder { folder in
                let path = folder + "/envelope.db"
                let desk = try Desk([act], path: path)
                let id = try await desk.send(wait: .zero).send.id
                let looker = try Store.open(at: path)
                try await eventually { try await looker.send(id)?.state == .sending }
                if expected == .unconfirmed {
                    try await eventually {
                        try await looker.history(of: id)?.attempts.first?.atFinalDotAt != nil
                    }
                }
                let mover = desk.clock.moving(by: 0.05)
                _ = await desk.service.finish(within: .seconds(2))
                mover.cancel()
                // The moved clock outruns the disk: the release may still be on its way.
                try await eventually { try await looker.send(id)?.state != .sending }
                #expect(try await looker.send(id)?.state == expected)
            }
        }
    }

    @Test("Ended in the moment of a claim, nothing is left under way without an owner")
    func finishedAtOnce() async throws {
        for _ in 0..<20 {
            try await withTemporaryFolder { folder in
                let path = folder + "/envelope.db"
                let desk = try Desk([ScriptedTransport.accepts], path: path)
                let id = try await desk.send(wait: .zero).send.id
                let mover = desk.clock.moving(by: 0.001)
                _ = await desk.service.finish(within: .seconds(2))
                mover.cancel()
                let state = try await Store.open(at: path).send(id)?.state
                #expect(state == .accepted || state == .ready)
            }
        }
    }
}
