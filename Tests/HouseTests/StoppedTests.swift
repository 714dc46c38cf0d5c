import Foundation
import JSON
import TestPeers
import Testing

/// A server that takes the message and never answers the final dot.
@Suite("The program ended from outside while the reply to the final dot is awaited")
struct StoppedTests {
    static func silentAtTheDot() throws -> Dialogue {
        try Dialogue(
            name: "silent at the dot",
            parsing: """
                The server takes the message and never answers.

                S: 220 peer.test ESMTP
                C: EHLO *
                S: 250 peer.test
                C: MAIL FROM:<me@example.com>
                S: 250 2.1.0 sender ok
                C: RCPT TO:<ada@example.org>
                S: 250 2.1.5 recipient ok
                C: DATA
                S: 354 go ahead
                C: (mail data)
                C: .
                S: (stall)
                """)
    }

    /// Lends the program with a send that waits for the reply to the final dot.
    private func withSendAtTheDot(
        _ body: (_ program: Program, _ id: JSON, _ environment: [String: String]) async throws -> Void
    ) async throws {
        try await withPeer(try Self.silentAtTheDot()) { peer in
            try await withTemporaryFolder { folder in
                let environment = [
                    "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_FROM": "me@example.com",
                    "ENVELOPE_SMTP_URL": "smtp+plain://127.0.0.1:\(peer.port)",
                ]
                let program = try Program(environment: environment)
                try await program.initialize()
                let queued = try await program.call(
                    "send_email", ["to": ["ada@example.org"], "subject": "x", "text": "x", "wait_seconds": 0])
                let id = try #require(queued["id"])
                try await eventually {
                    let tracked = try await program.call("track_send", ["id": id])
                    return tracked["attempt_log"]?[0]?["at_final_dot_at"] != nil
                }
                try await body(program, id, environment)
            }
        }
    }

    @Test("Killed: the next process finds it unconfirmed and never sends it again")
    func killed() async throws {
        try await withSendAtTheDot { program, id, environment in
            program.signal(SIGKILL)
            #expect(await program.ended() == -SIGKILL)
            let second = try Program(environment: environment)
            try await second.initialize()
            try await eventually { try await second.call("track_send", ["id": id])["status"] == "failed" }
            let tracked = try await second.call("track_send", ["id": id])
            #expect(tracked["state"] == "unconfirmed")
            #expect(tracked["error"]?["may_have_been_delivered"] == true)
            #expect(tracked["error"]?["retryable"] == false)
            #expect(tracked["attempts"] == 1)
            try second.closeInput()
            #expect(await second.ended() == 0)
        }
    }

    @Test(
        "Asked to stop: it ends by itself, says what it left, and the record says so too",
        arguments: [SIGTERM, SIGINT, 0])
    func stopped(signal: Int32) async throws {
        try await withSendAtTheDot { program, id, environment in
            if signal == 0 { try program.closeInput() } else { program.signal(signal) }
            #expect(await program.ended() == 0)
            #expect(program.standardError.contains("stopped while waiting for the reply to the final dot"))
            let tracked = try await Program.run(["track", id.string ?? ""], environment: environment)
            #expect(try JSON(parsing: tracked.output)["state"] == "unconfirmed")
        }
    }

    /// Lends a `drain` with four of five sends at the final dot, as many as it has connections.
    private func withDrainAtTheDot(
        _ body: (_ drain: Program, _ peer: HeldDotPeer, _ environment: [String: String]) async throws -> Void
    ) async throws {
        let peer = try await HeldDotPeer.start()
        try await withTemporaryFolder { folder in
            let environment = [
                "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_FROM": "me@example.com",
                "ENVELOPE_SMTP_URL": "smtp+plain://127.0.0.1:\(peer.port)", "ENVELOPE_CONNECTIONS": "4",
            ]
            let program = try Program(environment: environment)
            try await program.initialize()
            let due = Date.now.addingTimeInterval(6)
            for number in 1...5 {
                let queued = try await program.call(
                    "send_email",
                    [
                        "to": ["ada@example.org"], "subject": .string("message \(number)"), "text": "x",
                        "send_at": .string(due.formatted(.iso8601)),
                    ])
                #expect(queued["state"] == "scheduled", "\(queued)")
            }
            try program.closeInput()
            #expect(await program.ended() == 0)
            try await Task.sleep(for: .seconds(max(0, due.timeIntervalSinceNow) + 0.1))
            let drain = try Program(["drain"], environment: environment)
            await peer.dots(4)
            try await body(drain, peer, environment)
        }
    }

    private static func states(_ environment: [String: String]) async throws -> [String] {
        let listed = try await Program.run(["list"], environment: environment)
        return try JSON(parsing: listed.output)["sends"]?.array?.compactMap { $0["state"]?.string } ?? []
    }

    @Test("A command asked to stop waits for the replies to final dots", .timeLimit(.minutes(3)))
    func stoppedCommand() async throws {
        try await withDrainAtTheDot { drain, peer, environment in
            drain.signal(SIGTERM)
            try await eventually { drain.standardError.contains("stopping as soon as") }
            try await Task.sleep(for: .seconds(1))
            peer.answer()
            #expect(await drain.ended() == 128 + SIGTERM)
            let taken = 4 + (await peer.stop())
            let states = try await Self.states(environment)
            #expect(states.count == 5)
            #expect(states.count { $0 == "accepted" } == taken, "\(states)")
            #expect(!states.contains("unconfirmed"), "\(states)")
        }
    }

    @Test(
        "However short the wait, a command that has sent the final dot says what came of it",
        .timeLimit(.minutes(3)))
    func shortWait() async throws {
        try await withTemporaryFolder { folder in
            let peer = try await HeldDotPeer.start()
            let environment = [
                "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_FROM": "me@example.com",
                "ENVELOPE_SMTP_URL": "smtp+plain://127.0.0.1:\(peer.port)",
            ]
            async let sending = Program.run(
                ["send", "--to", "a@example.org", "--subject", "s", "--text", "x", "--wait", "1"],
                environment: environment)
            await peer.dots(1)
            try await Task.sleep(for: .seconds(6))
            peer.answer()
            let sent = try await sending
            #expect(sent.status == 0 && sent.output.contains("sent  accepted"), "\(sent)")
            #expect(await peer.stop() == 0)
        }
    }

    @Test("A second signal ends a command at once", .timeLimit(.minutes(3)))
    func stoppedTwice() async throws {
        try await withDrainAtTheDot { drain, peer, _ in
            drain.signal(SIGTERM)
            try await eventually { drain.standardError.contains("stopping as soon as") }
            drain.signal(SIGTERM)
            #expect(await drain.ended() == 128 + SIGTERM)
            // What it says when it has waited in vain.
            #expect(!drain.standardError.contains("stopped while waiting"), "\(drain.standardError)")
            _ = await peer.stop()
        }
    }
}
