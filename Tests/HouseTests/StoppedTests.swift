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
}
