import JSON
import Mail
import Sending
import Store
import TestPeers
import Testing
import Tools

@testable import HTTP

@Suite("GET /metrics")
struct MetricsTests {
    @Test("What was sent, what failed and what waits is counted by account, status and state")
    func counts() async throws {
        let acts = [ScriptedTransport.accepts, ScriptedTransport.replies(rcpt: [550], finalDot: nil)]
        try await withShop(acts) { shop in
            _ = await shop.send(Shop.message)
            _ = await shop.send(["to": "b@example.org", "subject": "x", "text": "x"])
            _ = await shop.send([
                "to": "c@example.org", "subject": "x", "text": "x", "send_at": "2027-02-01T00:00:00Z",
            ])
            let answer = await shop.ask("GET", "/metrics")
            #expect(answer.status == 200)
            #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(answer.text.split(separator: "\n").map(String.init))
            for line in [
                #"envelope_sends{account="me",status="sent",state="accepted"} 1"#,
                #"envelope_sends{account="me",status="failed",state="rejected"} 1"#,
                #"envelope_sends{account="me",status="queued",state="scheduled"} 1"#,
                #"envelope_queue_sends{account="me"} 1"#,
                #"envelope_queue_due_sends{account="me"} 0"#,
                #"envelope_queue_oldest_due_age_seconds{account="me"} 0"#,
                #"envelope_smtp_replies_total{phase="rcpt",class="2xx"} 1"#,
                #"envelope_smtp_replies_total{phase="rcpt",class="5xx"} 1"#,
                #"envelope_attempt_duration_seconds_count 2"#,
                #"envelope_attempt_duration_seconds_bucket{le="+Inf"} 2"#,
                #"envelope_attempts_open 0"#,
                #"envelope_http_responses_total{route="/send",status="200"} 1"#,
                #"envelope_http_responses_total{route="/send",status="502"} 1"#,
            ] {
                #expect(lines.contains(line), "\(line) is not in\n\(answer.text)")
            }
        }
    }

    // Nothing takes it, and no clock of the test makes it due again.
    @Test("What is due and not begun is counted, with how long the oldest waits")
    func due() async throws {
        try await withShop([ScriptedTransport.replies(rcpt: [450], finalDot: nil)]) { shop in
            let answer = await shop.send(Shop.message)
            #expect(answer["state"] == "deferred", "\(answer.text)")
            let statistics = try #require(try await shop.service.statistics())
            #expect(statistics.due == [])
            let store = try Store.open(at: shop.path)
            let due = try await store.statistics(at: shop.clock.now.adding(seconds: 100_000)).due
            #expect(due.map(\.account) == ["me"])
            #expect(due.map(\.sends) == [1])
            let oldest = try #require(due.first?.oldest)
            #expect(answer["next_attempt_at"]?.string == oldest.rfc3339)
        }
    }

    @Test("A label's value is written so that it cannot end the line")
    func escaping() {
        let text = Exposition.text([
            .init("m", .gauge, "A \\ and\na line", [.init(0.5, [("account", "a\"b\\c\nd")])])
        ])
        #expect(
            text == "# HELP m A \\\\ and\\na line\n# TYPE m gauge\nm{account=\"a\\\"b\\\\c\\nd\"} 0.5\n")
    }
}
