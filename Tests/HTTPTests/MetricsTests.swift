import JSON
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
                "to": "c@example.org", "subject": "x", "text": "x", "send_at": "2100-01-01T00:00:00Z",
            ])
            let answer = await shop.ask("GET", "/metrics")
            #expect(answer.status == 200)
            #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(answer.text.split(separator: "\n").map(String.init))
            for line in [
                #"envelope_sends{account="me",status="sent",state="accepted"} 1"#,
                #"envelope_sends{account="me",status="failed",state="rejected"} 1"#,
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

    @Test("A label's value is written so that it cannot end the line")
    func escaping() {
        let text = Exposition.text([
            .init("m", .gauge, "A \\ and\na line", [.init(0.5, [("account", "a\"b\\c\nd")])])
        ])
        #expect(
            text == "# HELP m A \\\\ and\\na line\n# TYPE m gauge\nm{account=\"a\\\"b\\\\c\\nd\"} 0.5\n")
    }
}
