import Mail
import Testing

@Suite("Dead addresses and spoken codes")
struct DeadAddressTests {
    struct Case: CustomTestStringConvertible {
        let action: String
        let status: String
        let diagnostic: String
        let isDead: Bool
        var testDescription: String { "\(action) \(status) \(diagnostic)" }

        init(_ action: String, _ status: String, _ diagnostic: String, dead: Bool) {
            (self.action, self.status, self.diagnostic, isDead) = (action, status, diagnostic, dead)
        }
    }

    @Test(
        "Only a mailbox, system or address that does not exist makes an address dead",
        arguments: [
            Case("failed", "5.1.1", "smtp; 550 5.1.1 no such user", dead: true),
            Case("failed", "5.1.2", "", dead: true),
            Case("failed", "5.1.3", "smtp; 501 bad address", dead: true),
            Case("failed", "5.0.0", "smtp; 550 5.1.1 no such user", dead: true),
            Case("failed", "5.1.1", "smtp; 550 5.0.0 no", dead: true),
            Case("", "5.1.1", "", dead: true),
            Case("failed", "", "smtp; 550 5.1.1 no such user", dead: true),
            Case("delayed", "5.1.1", "", dead: false),
            Case("relayed", "5.1.1", "", dead: false),
            Case("failed", "4.1.1", "", dead: false),
            Case("failed", "5.1.0", "", dead: false),
            Case("failed", "5.1.4", "", dead: false),
            Case("failed", "5.1.6", "", dead: false),
            Case("failed", "5.1.10", "", dead: false),
            Case("failed", "5.2.1", "", dead: false),
            Case("failed", "5.2.2", "", dead: false),
            Case("failed", "5.4.4", "", dead: false),
            Case("failed", "5.7.1", "smtp; 550 5.7.1 spam", dead: false),
            Case("failed", "5.7.26", "", dead: false),
            Case("failed", "5.1.1", "smtp; 550 5.7.1 spam", dead: false),
            Case("failed", "5.7.1", "smtp; 550 5.1.1 no such user", dead: false),
            Case("failed", "5.0.0", "smtp; 550 no such user", dead: false),
            Case("failed", "", "smtp; 550 no such user", dead: false),
        ])
    func dead(row: Case) throws {
        let recipient = try #require(reported(row.action, row.status, row.diagnostic))
        #expect(recipient.deadAddress?.text == (row.isDead ? "nobody@example.net" : nil))
    }

    @Test("An alias with a dead member is not dead itself")
    func alias() throws {
        let recipient = try #require(
            reported("failed", "5.1.1", "", more: "Original-Recipient: rfc822; team@example.net\n"))
        #expect(recipient.deadAddress?.text == "nobody@example.net")
        #expect(recipient.addresses.map(\.text) == ["team@example.net", "nobody@example.net"])
    }

    struct Words: CustomTestStringConvertible {
        let words: String
        let code: Int?
        let enhanced: String?
        let text: String
        var testDescription: String { words }

        init(_ words: String, _ code: Int?, _ enhanced: String?, _ text: String? = nil) {
            (self.words, self.code, self.enhanced, self.text) = (words, code, enhanced, text ?? words)
        }
    }

    @Test(
        "Codes are found in words, and numbers that only look like codes are not",
        arguments: [
            Words("550 5.1.1 no such user", 550, "5.1.1", "no such user"),
            Words("550-5.1.1 no 550-5.1.1 such 550 5.1.1 user", 550, "5.1.1", "no such user"),
            Words("550 no such user", 550, nil, "no such user"),
            Words("550 #5.1.0 rejected", 550, "5.1.0", "rejected"),
            Words("421-4.7.0 later 421 4.7.0 please", 421, "4.7.0", "later please"),
            Words("host mx said: 450 4.2.1 busy", 450, "4.2.1"),
            Words("sorry, over quota (#5.2.2)", nil, "5.2.2"),
            Words("connect to mx.example.net[192.0.2.20]:587: Connection refused", nil, nil),
            Words("connect to mx.example.net[192.0.2.20]:550 timed out", nil, nil),
            Words("Exim 4.94.2 gave up after 500 tries of 450 s", nil, nil),
            Words("lost contact with 5.1.1.2", nil, nil),
            Words("mailbox of <550@example.net> is full", nil, nil),
            Words("554 5.7.1 listed, see 4.4.1", 554, "5.7.1", "listed, see 4.4.1"),
            Words("550 4.4.1 changed its mind: 5.1.1", 550, "5.1.1", "4.4.1 changed its mind: 5.1.1"),
        ])
    func codes(row: Words) throws {
        let diagnostic = try #require(reported("failed", "5.0.0", "smtp; " + row.words)?.diagnostic)
        #expect(diagnostic.type == "smtp")
        #expect(diagnostic.code == row.code)
        #expect(diagnostic.enhanced?.description == row.enhanced)
        #expect(diagnostic.text == row.text)
        #expect(diagnostic.reply?.code == row.code)
    }

    private func reported(
        _ action: String, _ status: String, _ diagnostic: String, more: String = ""
    ) -> DeliveryReport.Recipient? {
        var fields =
            "Reporting-MTA: dns; mail.example.com\n\nFinal-Recipient: rfc822; nobody@example.net\n" + more
        if !action.isEmpty { fields += "Action: \(action)\n" }
        if !status.isEmpty { fields += "Status: \(status)\n" }
        if !diagnostic.isEmpty { fields += "Diagnostic-Code: \(diagnostic)\n" }
        let message = "From: MAILER-DAEMON\nContent-Type: message/delivery-status\n\n" + fields
        return DeliveryReport(IncomingMessage(message.utf8))?.recipients.first
    }
}
