import Mail
import Store
import Synchronization
import TestPeers
import Testing

@testable import Sending

@Suite("What waits for a person", .timeLimit(.minutes(5)))
struct ApprovalTests {
    private static let long = Duration.seconds(3_000)

    @Test(
        "The policy decides which sends are held",
        arguments: [
            (ApprovalPolicy.none, ["a@example.org"], false), (.external, ["a@example.org"], true),
            (.external, ["a@example.com"], false), (.external, ["a@example.com", "b@EXAMPLE.com"], false),
            (.external, ["a@example.com", "b@mail.example.com"], true), (.all, ["a@example.com"], true),
        ])
    func policy(policy: ApprovalPolicy, to: [String], isHeld: Bool) async throws {
        try await withDesk([ScriptedTransport.accepts], approval: policy) { desk in
            let send = try await desk.send(to: to).send
            #expect(send.state == (isHeld ? .held : .accepted))
            #expect(desk.transport.carried.count == (isHeld ? 0 : 1))
        }
    }

    @Test("The account's policy counts where it is stricter than the server's, and the other way round")
    func stricter() async throws {
        for (ofAccount, ofServer) in [(ApprovalPolicy.all, ApprovalPolicy.none), (.none, .all)] {
            try await withTemporaryFolder { folder in
                let account = try Desk.account("me", ScriptedTransport([]), approval: ofAccount)
                let desk = Desk(accounts: [account], path: folder + "/envelope.db", approval: ofServer)
                #expect(try await desk.send().send.state == .held)
                _ = await desk.service.finish(within: .zero)
            }
        }
    }

    @Test("Held, it is never sent by itself; approved, it is sent once")
    func approved() async throws {
        try await withDesk([ScriptedTransport.accepts], approval: .all) { desk in
            let id = try await desk.send().send.id
            for _ in 1...5 {
                desk.clock.advance(by: 60)
                #expect(try await desk.track(id).send.state == .held)
            }
            let history = try await desk.service.approve(id, by: "Ada", wait: Self.long)
            #expect(history.send.state == .accepted)
            #expect(history.events.map(\.kind) == [.created, .held, .approved, .attemptStarted, .accepted])
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.approve(id, by: "Ada", wait: Self.long)
            }
            #expect(failure?.code == .invalidRequest)
            #expect(desk.transport.carried.count == 1)
        }
    }

    @Test("Two yeses at the same moment send it once")
    func race() async throws {
        try await withDesk([ScriptedTransport.accepts, ScriptedTransport.accepts], approval: .all) { desk in
            let id = try await desk.send().send.id
            let done = await withTaskGroup(of: Bool.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        (try? await desk.service.approve(id, by: "Ada", wait: Self.long)) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(done == 1)
            #expect(desk.transport.carried.count == 1)
        }
    }

    @Test("A yes is bound to what was shown")
    func bound() async throws {
        try await withDesk([ScriptedTransport.accepts], approval: .all) { desk in
            let first = try await desk.send(subject: "one").send.id
            let other = try await desk.send(subject: "two").send.id
            let content = try desk.service.content(of: other)
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.approve(first, content: content, by: "Ada", wait: Self.long)
            }
            #expect(failure?.message.contains("not what the send") == true)
            #expect(try await desk.track(first).send.state == .held)
            #expect(desk.transport.carried.isEmpty)
        }
    }

    @Test("Denied, it has ended and says who said so")
    func denied() async throws {
        try await withDesk([], approval: .all) { desk in
            let id = try await desk.send().send.id
            let history = try await desk.service.deny(id, by: "Ada", reason: "no")
            #expect(history.send.state == .denied)
            #expect(history.send.failure?.message.contains("Ada did not approve it: no") == true)
            desk.clock.advance(by: 100)
            #expect(try await desk.track(id).send.attempts == 0)
        }
    }

    @Test("A repetition of a held request is a duplicate, or with its key the same held send")
    func repeated() async throws {
        try await withDesk([], approval: .all) { desk in
            var request = try Desk.request()
            let first = try await desk.service.send(request, wait: .zero).history.send.id
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.send(request, wait: .zero)
            }
            #expect(failure?.code == .duplicateSend)
            #expect(failure?.message.contains(first.text) == true)
            request.idempotencyKey = "k"
            let keyed = try await desk.service.send(request, wait: Self.long)
            let again = try await desk.service.send(request, wait: Self.long)
            #expect(again.isDeduplicated)
            #expect(again.history.send.id == keyed.history.send.id)
            #expect(again.history.send.state == .held)
        }
    }

    @Test("Who waits hears each moment of the attempt, in order; nobody is told afterwards")
    func progress() async throws {
        let heard = Mutex<[TransactionMoment]>([])
        try await withDesk([ScriptedTransport.accepts, ScriptedTransport.accepts]) { desk in
            let answer = try await desk.service.send(try Desk.request(), wait: Self.long) { moment in
                heard.withLock { $0.append(moment) }
            }
            #expect(answer.history.send.state == .accepted)
            let moments = heard.withLock { $0 }
            #expect(moments.first == .phase(.resolve))
            #expect(moments.contains(.phase(.mail)))
            #expect(moments.last == .finalDotAnswered)
            #expect(try await desk.send(subject: "other").send.state == .accepted)
            #expect(heard.withLock { $0 } == moments)
        }
    }

    @Test("A change of a send is signalled once it is written, by this process or another")
    func changes() async throws {
        try await withDesk([], approval: .all) { desk in
            let id = try await desk.send().send.id
            var signals = desk.service.changes(of: id).makeAsyncIterator()
            _ = try await desk.service.deny(id, by: "Ada")
            #expect(await signals.next() != nil)

            let other = try await desk.send(subject: "other").send.id
            let stream = desk.service.changes(of: other)
            let looker = try desk.looker()
            #expect(try await looker.deny(other, by: "Ada", reason: nil, at: desk.clock.now) == .done)
            async let heard: Void? = {
                var signals = stream.makeAsyncIterator()
                return await signals.next()
            }()
            // The clock of who looks for what other processes write.
            for _ in 1...3 {
                try await eventually { desk.clock.sleepers > 0 }
                desk.clock.advance(by: 1)
            }
            #expect(await heard != nil)
            try looker.close()
        }
    }
}
