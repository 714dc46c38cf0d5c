import JSON
import MCP
import Sending
import Store
import TestPeers
import Testing
import Tools

@testable import HTTP

@Suite("POST /send")
struct SendRouteTests {
    @Test("A message that the server takes is 200 with the whole send")
    func sent() async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let answer = await shop.send(Shop.message)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.type == "application/json")
            #expect(answer["status"] == "sent")
            #expect(answer["from"] == "Me <me@example.com>")
            #expect(answer.fields.only("Location") == nil)
        }
    }

    @Test("A queued one is 202 and says where to track it")
    func queued() async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let answer = await shop.send(Shop.message, query: "?wait_seconds=0")
            #expect(answer.status == 202, "\(answer.text)")
            #expect(answer["status"] == "queued")
            let id = try #require(answer["id"]?.string)
            #expect(answer.fields.only("Location") == "/track/\(id)")
            let tracked = await shop.ask("GET", "/track/\(id)")
            #expect(tracked.status == 200)
            #expect(tracked["id"]?.string == id)
        }
    }

    @Test("A known failure is 502, a problem with the send and its id in it")
    func failed() async throws {
        try await withShop([ScriptedTransport.replies(rcpt: [550], finalDot: nil)]) { shop in
            let answer = await shop.send(Shop.message)
            #expect(answer.status == 502, "\(answer.text)")
            #expect(answer.isProblem)
            #expect(answer["code"] == "recipient_rejected")
            #expect(answer["send"]?["status"] == "failed")
            #expect(answer["send"]?["recipients"]?[0]?["outcome"] == "rejected")
            let id = try #require(answer["id"]?.string)
            #expect(answer["send"]?["id"]?.string == id)
            #expect(answer["instance"]?.string == "/track/\(id)")
            #expect(answer["next_step"] != nil)
            // Looking it up is no failure.
            #expect(await shop.ask("GET", "/track/\(id)").status == 200)
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: JSON
        let status: Int
        let code: String
        var field: String?
        var testDescription: String { name }
    }

    @Test(
        "Our own refusals are 4yz with the contract's code and the field",
        arguments: [
            Refusal(
                name: "no recipient", arguments: ["subject": "x", "text": "x"], status: 422,
                code: "invalid_request", field: "to"),
            Refusal(
                name: "no address", arguments: ["to": "nobody", "subject": "x", "text": "x"], status: 422,
                code: "invalid_address", field: "to[0]"),
            Refusal(
                name: "no body", arguments: ["to": "a@b.org", "subject": "x"], status: 422,
                code: "invalid_request", field: "markdown"),
            Refusal(
                name: "another sender",
                arguments: ["to": "a@b.org", "from": "you@example.com", "subject": "x", "text": "x"],
                status: 403, code: "sender_not_allowed", field: "from"),
            Refusal(
                name: "an unknown account",
                arguments: ["to": "a@b.org", "account": "other", "subject": "x", "text": "x"], status: 422,
                code: "unknown_account", field: "account"),
            Refusal(
                name: "an unknown argument",
                arguments: ["to": "a@b.org", "subject": "x", "text": "x", "colour": "red"], status: 422,
                code: "invalid_request", field: "colour"),
            Refusal(
                name: "two senders",
                arguments: [
                    "to": "a@b.org", "from": "me@example.com", "from_email": "you@example.com",
                    "subject": "x", "text": "x",
                ],
                status: 422, code: "invalid_request", field: "from_email"),
        ])
    func refused(refusal: Refusal) async throws {
        try await withShop { shop in
            let answer = await shop.send(refusal.arguments)
            #expect(answer.status == refusal.status, "\(answer.text)")
            #expect(answer.isProblem)
            #expect(answer["code"]?.string == refusal.code)
            #expect(answer["field"]?.string == refusal.field)
            #expect(answer["id"] == nil)
            #expect(await shop.ask("GET", "/sends")["sends"]?.array?.isEmpty == true)
        }
    }

    @Test("from_email is from, and one string is one recipient")
    func otherNames() async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let answer = await shop.send([
                "from_email": "me@example.com", "to": "dest@example.com", "subject": "test", "text": "hello",
            ])
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["from"] == "me@example.com")
            #expect(answer["to"] == ["dest@example.com"])
        }
    }

    @Test("The same key sends once, whether it stands in the field or in the body")
    func idempotency() async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let first = await shop.send(Shop.message, fields: ["Idempotency-Key": "order-1"])
            #expect(first.status == 200, "\(first.text)")
            let quoted = await shop.send(Shop.message, fields: ["Idempotency-Key": "\"order-1\""])
            #expect(quoted["deduplicated"] == true)
            #expect(quoted["id"] == first["id"])
            var arguments = try #require(Shop.message.object)
            arguments["idempotency_key"] = "order-1"
            let inBody = await shop.send(.object(arguments), fields: ["Idempotency-Key": "order-1"])
            #expect(inBody["id"] == first["id"])
            let both = await shop.send(.object(arguments), fields: ["Idempotency-Key": "order-2"])
            #expect(both.status == 422)
            #expect(both["field"] == "Idempotency-Key")
            arguments["subject"] = "Another"
            let conflict = await shop.send(.object(arguments))
            #expect(conflict.status == 409, "\(conflict.text)")
            #expect(conflict["code"] == "idempotency_conflict")
            #expect(shop.transport.carried.count == 1)
        }
    }

    @Test("The same message without a key is a duplicate: 409 with the earlier id")
    func duplicate() async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let first = await shop.send(Shop.message)
            let second = await shop.send(Shop.message)
            #expect(second.status == 409, "\(second.text)")
            #expect(second["code"] == "duplicate_send")
            #expect(second["hint"]?.string?.contains(first["id"]?.string ?? "-") == true)
        }
    }

    @Test("A dry run is 200 and records nothing")
    func dryRun() async throws {
        try await withShop { shop in
            var arguments = try #require(Shop.message.object)
            arguments["dry_run"] = true
            let answer = await shop.send(.object(arguments))
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["dry_run"] == true)
            #expect(await shop.ask("GET", "/sends")["sends"]?.array?.isEmpty == true)
        }
    }

    @Test(
        "A body that is no JSON object is 400 and says where",
        arguments: ["", "{", "[]", "\"x\"", "{\"to\": \"a@b.org\",}", "{\"a\":1,\"a\":2}", "\u{FEFF}{}"])
    func malformed(body: String) async throws {
        try await withShop { shop in
            let answer = await shop.ask("POST", "/send", body)
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.isProblem)
            #expect(answer["code"] == "invalid_request")
        }
    }

    @Test(
        "A body that is not said to be JSON in UTF-8 is 415: no other site's form can send it",
        arguments: [
            "", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x",
            "application/json; charset=latin1", "application/jsonp", "text/plain, application/json",
        ])
    func otherTypes(type: String) async throws {
        try await withShop { shop in
            let answer = await shop.ask(
                "POST", "/send", Shop.message.text, fields: ["Content-Type": type])
            #expect(answer.status == 415, "\(answer.text)")
            #expect(answer.isProblem)
            #expect(answer.fields.only("Accept") == "application/json")
        }
    }

    @Test(
        "JSON may say its charset, in any case",
        arguments: [
            "application/json", "Application/JSON", "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
        ])
    func jsonTypes(type: String) async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let answer = await shop.ask(
                "POST", "/send", Shop.message.text, fields: ["Content-Type": type])
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test("Without an account it is 503 with what is missing")
    func noAccount() async throws {
        try await withShop(hasAccount: false) { shop in
            let answer = await shop.send(Shop.message)
            #expect(answer.status == 503, "\(answer.text)")
            #expect(answer["code"] == "no_account_configured")
            let ready = await shop.ask("GET", "/readyz")
            #expect(ready.status == 503)
            #expect(ready["code"] == "no_account_configured")
            #expect(await shop.ask("GET", "/accounts")["accounts"] == [])
        }
    }

    @Test(
        "An idempotency key may be a quoted string or bare",
        arguments: [
            ("abc", "abc"), ("\"abc\"", "abc"), ("\"a\\\"b\"", "a\"b"), ("\"a\"b\"", "\"a\"b\""),
            ("\"", "\""),
            ("\"\"", ""), ("\"a\\\"", "\"a\\\""),
        ])
    func keys(given: String, key: String) {
        #expect(SendRoute.unquoted(given) == key)
    }

    @Test("A full limit is 429 with the seconds to wait, and the account says what is left of it")
    func limited() async throws {
        let limits = [SendLimit(1, per: .minute), SendLimit(9, .recipients, per: .day)]
        try await withShop([ScriptedTransport.accepts], rails: GuardRails(limits: limits)) { shop in
            let account = await shop.ask("GET", "/accounts")["accounts"]?[0]
            #expect(account?["limits"] == ["1/minute", "9 recipients/day"])
            #expect(account?["quota_remaining"] == ["minute": 1, "recipients_day": 9])
            let sent = await shop.send(Shop.message)
            #expect(sent.status == 200, "\(sent.text)")
            #expect(sent["quota_remaining"] == ["minute": 0, "recipients_day": 8])
            let refused = await shop.send(Shop.message, fields: ["Idempotency-Key": "other"])
            #expect(refused.status == 429, "\(refused.text)")
            #expect(refused.isProblem)
            #expect(refused["code"] == "rate_limited")
            #expect(refused["retry_after"] == 60)
            #expect(refused["retryable"] == true)
            #expect(refused.fields.only("Retry-After") == "60")
            #expect(await shop.ask("GET", "/accounts")["accounts"]?[0]?["quota_remaining"]?["minute"] == 0)
        }
    }
}
