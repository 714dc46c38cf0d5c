import Mail
import Store
import TestPeers
import Testing

@testable import Sending

extension GuardRails {
    /// The rules as they are written in settings.
    init(
        from: String = "", to: String = "", denied: String = "", most: Int? = nil, limits: String = ""
    ) throws {
        func rules(_ text: String) throws -> [AddressRule] {
            try text.split(separator: " ").map { try AddressRule(parsing: String($0)) }
        }
        self.init(
            senders: try rules(from), allowed: try rules(to), denied: try rules(denied),
            maximumRecipients: most, limits: limits.isEmpty ? [] : try SendLimit.list(parsing: limits))
    }
}

@Suite("Guard rails: as whom, to whom, to how many", .timeLimit(.minutes(5)))
struct GuardRailTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var rules = (from: "", to: "", denied: "")
        var most: Int?
        var from: String?
        var to = ["ada@example.org"]
        var cc: [String] = []
        var bcc: [String] = []
        /// Nil where it is sent.
        var code: Failure.Code?
        var field: String?
        /// In the message.
        var says: [String] = []
    }

    static let cases = [
        Case(testDescription: "its own sender", rules: ("x.example", "", ""), from: "me@example.com"),
        Case(
            testDescription: "a sender that a rule names", rules: ("x.example", "", ""), from: "a@x.example"),
        Case(
            testDescription: "another sender", rules: ("x.example b@z.example", "", ""), from: "a@y.example",
            code: .senderNotAllowed, field: "from",
            says: ["a@y.example", "allow_from", "@x.example, b@z.example and its own sender"]),
        Case(
            testDescription: "another sender where no rule names one", from: "me@y.example",
            code: .senderNotAllowed, field: "from", says: ["allow_from holds nobody but its own"]),
        Case(testDescription: "who is allowed", rules: ("", "example.org", ""), cc: ["b@example.org"]),
        Case(
            testDescription: "somebody in cc who is not", rules: ("", "example.org c@example.net", ""),
            cc: ["b@example.org", "b@example.net"], code: .recipientNotAllowed, field: "cc[1]",
            says: ["b@example.net", "account me", "allow_to", "only @example.org, c@example.net"]),
        Case(
            testDescription: "a hidden one who is not", rules: ("", "example.org", ""),
            bcc: ["b@example.net"],
            code: .recipientNotAllowed, field: "bcc[0]", says: ["b@example.net"]),
        Case(
            testDescription: "several who are not: all are named", rules: ("", "ada@example.org", ""),
            to: ["ada@example.org", "b@example.org"], bcc: ["c@example.org"], code: .recipientNotAllowed,
            field: "to[1]", says: ["b@example.org may not", "Neither may c@example.org"]),
        Case(
            testDescription: "who is denied", rules: ("", "", "c@example.net ada@example.org"),
            code: .recipientNotAllowed, field: "to[0]",
            says: ["ada@example.org", "account me", "deny_to", "holds ada@example.org"]),
        Case(
            testDescription: "who is denied, in other letters", rules: ("", "", "Ada@example.org"),
            to: ["ADA@Example.org"], code: .recipientNotAllowed, field: "to[0]"),
        Case(
            testDescription: "who is denied and allowed", rules: ("", "ada@example.org", "example.org"),
            code: .recipientNotAllowed, field: "to[0]", says: ["deny_to", "@example.org"]),
        Case(testDescription: "who is not denied", rules: ("", "", "example.net .example.org")),
        Case(testDescription: "as many as may be", most: 3, cc: ["b@example.org"], bcc: ["c@example.org"]),
        Case(
            testDescription: "one more than may be", most: 2, cc: ["b@example.org"], bcc: ["c@example.org"],
            code: .invalidRequest, field: "to",
            says: ["3 recipients", "max_recipients", "account me", "allows 2"]),
    ]

    @Test("A refusal names the rule and the argument, and nothing is recorded", arguments: cases)
    func lists(example: Case) async throws {
        let rules = example.rules
        let rails = try GuardRails(from: rules.from, to: rules.to, denied: rules.denied, most: example.most)
        try await withDesk([ScriptedTransport.accepts], rails: rails) { desk in
            var request = try Desk.request(to: example.to)
            request.from = try example.from.map(Mailbox.init(parsing:))
            request.cc = try example.cc.map(Mailbox.init(parsing:))
            request.bcc = try example.bcc.map(Mailbox.init(parsing:))
            let made = request
            guard let code = example.code else {
                let sent = try await desk.service.send(made, wait: .seconds(3_000))
                #expect(sent.history.send.state == .accepted)
                return
            }
            for isPreview in [true, false] {
                let failure = await #expect(throws: Failure.self) {
                    if isPreview {
                        _ = try desk.service.preview(made)
                    } else {
                        _ = try await desk.service.send(made, wait: .zero)
                    }
                }
                #expect(failure?.code == code)
                #expect(failure?.field == example.field)
                for words in example.says {
                    #expect(failure?.message.contains(words) == true, "\(words): \(failure?.message ?? "")")
                }
            }
            #expect(try desk.looker().count("sends") == 0)
            #expect(desk.transport.carried.isEmpty)
        }
    }

    @Test("The account whose rules let it send as the sender is taken where none is named")
    func accountOfSender() async throws {
        try await withTemporaryFolder { folder in
            let rails = try GuardRails(from: "x.example")
            let other = try Desk.account("other", ScriptedTransport([]), rails: rails)
            let desk = Desk(
                accounts: [try Desk.account("me", ScriptedTransport([])), other],
                path: folder + "/envelope.db")
            var request = try Desk.request()
            request.from = try Mailbox(parsing: "sales@x.example")
            #expect(try desk.service.preview(request).account.name == "other")
            request.from = try Mailbox(parsing: "me@example.com")
            #expect(try desk.service.preview(request).account.name == "me")
        }
    }

    @Test("Measured by a server, an account keeps its rules")
    func measured() throws {
        let rails = try GuardRails(to: "example.org", most: 3, limits: "1/day")
        let account = try Desk.account(
            "me", ScriptedTransport([]), connections: 7, approval: .all, rails: rails)
        let measured = account.measured(by: Metrics(), uptime: { 0 })
        #expect(measured.rails == rails)
        #expect(measured.approval == .all)
        #expect(measured.connections == 7)
    }
}
