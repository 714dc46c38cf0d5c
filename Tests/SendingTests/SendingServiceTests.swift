import Mail
import TestPeers
import Testing

@testable import Sending
@testable import Store

@Suite("The service: accept, deliver, track, list", .timeLimit(.minutes(5)))
struct SendingServiceTests {
    @Test("A send that the server takes is sent, with everything recorded")
    func accepted() async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            let history = try await desk.send()
            #expect(history.send.status == .sent)
            #expect(history.send.recipients.map(\.outcome) == [.accepted])
            let tracked = try await desk.service.track(.id(history.send.id), wait: .zero)
            #expect(tracked.events.map(\.kind) == [.created, .attemptStarted, .accepted])
            #expect(tracked.attempts.count == 1)
            let carried = try #require(desk.transport.carried.first)
            #expect(carried.gateOpened == true)
            #expect(carried.envelope.reversePath.text == "me@example.com")
            let stored = try await Store.open(at: desk.path).mailData(of: history.send.id)
            #expect(carried.mailData == stored)
        }
    }

    @Test("The row is on the disk before anybody holds the id, whatever becomes of the transport")
    func durableFirst() async throws {
        try await withDesk([]) { desk in
            let history = try await desk.send(wait: .zero)
            let other = try Store.open(at: desk.path)
            #expect(try await other.send(history.send.id) != nil)
            #expect(try await other.mailData(of: history.send.id) != nil)
        }
    }

    @Test("A refused recipient fails the send and says why; it is not tried again")
    func rejected() async throws {
        try await withDesk([ScriptedTransport.replies(rcpt: [550], finalDot: nil), ScriptedTransport.accepts])
        { desk in
            let history = try await desk.send()
            #expect(history.send.status == .failed)
            #expect(history.send.state == .rejected)
            #expect(history.send.failure?.code == .recipientRejected)
            #expect(history.send.failure?.smtp?.code == 550)
            let other = try await desk.send(to: ["c@example.org"], wait: .zero)
            desk.clock.advance(by: 1_000)
            // A later one was looked at, so the refused one was passed over.
            try await eventually { desk.transport.carried.count == 2 }
            _ = try await desk.advance(other.send.id) { $0.status != .queued }
            #expect(try await desk.service.track(.id(history.send.id), wait: .zero).attempts.count == 1)
        }
    }

    @Test("One refused among others: sent for those that were taken, a warning names the other")
    func partial() async throws {
        try await withDesk([ScriptedTransport.replies(rcpt: [250, 550], finalDot: 250)]) { desk in
            let history = try await desk.send(to: ["a@example.org", "b@example.org"])
            #expect(history.send.state == .partial)
            #expect(history.send.failure == nil)
            #expect(history.send.recipients.map(\.outcome) == [.accepted, .rejected])
            #expect(history.send.warnings.contains { $0.hasPrefix("b@example.org") })
        }
    }

    @Test("A refusal for now is tried again when its time has come, only for who is still open")
    func deferred() async throws {
        let acts = [
            ScriptedTransport.replies(rcpt: [250, 451], finalDot: 250), ScriptedTransport.unreachable,
            ScriptedTransport.accepts,
        ]
        try await withDesk(acts) { desk in
            let first = try await desk.send(to: ["a@example.org", "b@example.org"])
            #expect(first.send.state == .deferred)
            #expect(first.send.status == .queued)
            #expect(first.send.nextAttemptAt.map { $0 > desk.clock.now } == true)
            #expect(first.send.failure != nil)
            let last = try await desk.advance(first.send.id) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(last.send.failure == nil)
            #expect(
                desk.transport.carried.map { $0.envelope.forwardPaths.map(\.text) } == [
                    ["a@example.org", "b@example.org"], ["b@example.org"], ["b@example.org"],
                ])
            #expect(
                last.events.map(\.kind) == [
                    .created, .attemptStarted, .deferred, .attemptStarted, .deferred, .attemptStarted,
                    .accepted,
                ])
        }
    }

    @Test("A send is given up after its time, with the last reason in the error")
    func expired() async throws {
        try await withDesk(Array(repeating: ScriptedTransport.unreachable, count: 40)) { desk in
            let first = try await desk.send()
            let last = try await desk.advance(first.send.id) { $0.status != .queued }
            #expect(last.send.state == .expired)
            #expect(last.send.failure?.code == .expired)
            #expect(last.send.failure?.message.contains("Connection refused") == true)
        }
    }

    @Test("Silence after the final dot is unconfirmed and never tried again")
    func unconfirmed() async throws {
        try await withDesk([ScriptedTransport.replies(rcpt: [250], finalDot: 0), ScriptedTransport.accepts]) {
            desk in
            let history = try await desk.send()
            #expect(history.send.state == .unconfirmed)
            #expect(history.send.failure?.mayHaveBeenDelivered == true)
            #expect(history.send.failure?.retryable == false)
            for _ in 0..<50 {
                desk.clock.advance(by: 10_000)
                _ = try await desk.service.list(SendFilter(), limit: 1, after: nil)
            }
            #expect(desk.transport.carried.count == 1)
        }
    }

    @Test("At the gate the attempt is already on the disk as at the final dot")
    func gateCommits() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let act: ScriptedTransport.Act = { envelope, gate in
                let looker = try? Store.open(at: path)
                let id = try? await looker?.sends(matching: SendFilter(), limit: 1).first?.id
                var seen: [Bool] = []
                if let looker, let id {
                    seen.append(
                        (try? await looker.history(of: id))?.attempts.first.map { $0.atFinalDotAt == nil }
                            == true)
                    try? await gate()
                    seen.append(
                        (try? await looker.history(of: id))?.attempts.first.map { $0.atFinalDotAt != nil }
                            == true)
                }
                let code = seen == [true, true] ? 250 : 554
                return await ScriptedTransport.replies(rcpt: [250], finalDot: code)(envelope, {})
            }
            let desk = try Desk([act], path: path)
            let history = try await desk.send()
            #expect(history.send.state == .accepted)
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("A dry run says what would be sent and leaves no trace")
    func preview() async throws {
        try await withDesk([]) { desk in
            let new = try desk.service.preview(try Desk.request())
            #expect(new.mailData.size > 100)
            #expect(try await desk.service.list(SendFilter(), limit: 9, after: nil).sends.isEmpty)
            #expect(desk.transport.carried.isEmpty)
        }
    }

    @Test("Pages of a list end where there is nothing more")
    func pages() async throws {
        try await withDesk(Array(repeating: ScriptedTransport.accepts, count: 5)) { desk in
            for number in 0..<5 {
                _ = try await desk.send(subject: "n\(number)")
                desk.clock.advance(by: 1)
            }
            let first = try await desk.service.list(SendFilter(), limit: 3, after: nil)
            let second = try await desk.service.list(SendFilter(), limit: 3, after: first.next)
            #expect(first.sends.count == 3)
            #expect(second.sends.count == 2)
            #expect(second.next == nil)
            #expect(Set((first.sends + second.sends).map(\.id)).count == 5)
        }
    }

    @Test("A record that cannot be written fails the call with nothing sent")
    func unwritable() async throws {
        let desk = try Desk([ScriptedTransport.accepts], path: "/proc/nowhere/envelope.db")
        let failure = await #expect(throws: Failure.self) { try await desk.send() }
        #expect(failure?.code == .internal)
        #expect(failure?.message.contains("nothing was sent") == true)
        #expect(failure?.hint.contains("ENVELOPE_DB") == true)
        #expect(desk.transport.carried.isEmpty)
    }

    @Test("Once it is recorded, a send never fails the call: an error would make the agent send it again")
    func recordedIsRecorded() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let act: ScriptedTransport.Act = { envelope, gate in
                // From here on no history can be read.
                try? Store.open(at: path).run("ALTER TABLE attempts RENAME COLUMN started_at TO began")
                return await ScriptedTransport.unreachable(envelope, gate)
            }
            let desk = try Desk([act], path: path)
            let mover = desk.clock.moving(by: 10)
            let history = try await desk.send(wait: .seconds(1_000))
            mover.cancel()
            #expect(history.send.status == .queued)
            #expect(history.events.map(\.kind) == [.created])
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("Who was refused for good is warned of, also when another recipient had to be tried again")
    func warnedAcrossAttempts() async throws {
        let acts = [ScriptedTransport.replies(rcpt: [550, 451], finalDot: nil), ScriptedTransport.accepts]
        try await withDesk(acts) { desk in
            let first = try await desk.send(to: ["a@example.org", "b@example.org"])
            let last = try await desk.advance(first.send.id) { $0.status != .queued }
            #expect(last.send.state == .partial)
            #expect(last.send.warnings.count == 1)
            #expect(last.send.warnings.first?.hasPrefix("a@example.org did not get it") == true)
        }
    }

    @Test("A recipient in doubt is warned of as such, never as one to send to again")
    func warnedOfDoubt() async throws {
        let acts = [
            ScriptedTransport.replies(rcpt: [250, 451], finalDot: 250),
            ScriptedTransport.replies(rcpt: [250], finalDot: 0),
        ]
        try await withDesk(acts) { desk in
            let first = try await desk.send(to: ["a@example.org", "b@example.org"])
            let last = try await desk.advance(first.send.id) { $0.status != .queued }
            #expect(last.send.state == .partial)
            #expect(last.send.recipients.map(\.outcome) == [.accepted, .unconfirmed])
            #expect(last.send.warnings.count == 1)
            #expect(last.send.warnings.first?.contains("may or may not have it") == true)
            #expect(last.events.last?.kind == .partial)
        }
    }
}
