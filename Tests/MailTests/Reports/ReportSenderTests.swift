import Mail
import Testing

/// Words alone make no report: they must stand at the front of what a mail system wrote.
@Suite("Plain-text reports and their senders")
struct ReportSenderTests {
    private static let notice = """
        This is the mail system at host mail.example.com.

        <nobody@example.net>: host mx.example.net said: 550 5.1.1 unknown

        """

    @Test(
        "A notice counts from a mail system only",
        arguments: [
            ("Return-Path: <>\nFrom: x@example.com", true),
            ("Return-Path: < >\nFrom: x@example.com", true),
            ("From: MAILER-DAEMON", true),
            ("From: Mail Delivery System <Mailer-Daemon@mail.example.com>", true),
            ("From: postmaster@example.net", true),
            ("From: x@example.com\nSender: mailer-daemon@example.com", true),
            ("From: x@example.com\nAuto-Submitted: auto-replied", true),
            ("From: x@example.com\nAuto-Submitted: auto-generated (failure)", true),
            ("Return-Path: <x@example.com>\nFrom: x@example.com", false),
            ("From: x@example.com\nAuto-Submitted: no", false),
            ("From: x@example.com\nAuto-Submitted: (none)", false),
            ("From: \"MAILER-DAEMON\" <x@example.com>", false),
            ("From: postmaster@example.net\nSubject: Re: Undelivered Mail", false),
            ("From: postmaster@example.net\nSubject: =?utf-8?q?FWD=3A_Undelivered?=", false),
        ])
    func sender(header: String, isReport: Bool) {
        let report = DeliveryReport(IncomingMessage("\(header)\n\n\(Self.notice)".utf8))
        #expect((report != nil) == isReport)
    }

    @Test("A notice counts at the front only")
    func place() {
        let header = "From: postmaster@example.net\nSubject: your mail\n\n"
        let front = String(repeating: "I looked into what you told me of. ", count: 20) + "\n\n"
        let quoted = Self.notice.split(separator: "\n").map { "> \($0)\n" }.joined()
        #expect(DeliveryReport(IncomingMessage((header + Self.notice).utf8)) != nil)
        #expect(DeliveryReport(IncomingMessage((header + front + Self.notice).utf8)) == nil)
        #expect(DeliveryReport(IncomingMessage((header + quoted).utf8)) == nil)
    }

    @Test("Every known kind of notice is in the corpus")
    func kinds() throws {
        let forms = Set(try ReportCorpus.names.compactMap { try ReportCorpus.expected($0).form })
        for notice in DeliveryReport.Notice.allCases { #expect(forms.contains(notice.rawValue)) }
        let actions = Set(
            try ReportCorpus.names.flatMap { try ReportCorpus.expected($0).recipients ?? [] }.map(\.action))
        #expect(actions == Set(DeliveryReport.Recipient.Action.allCases.map(\.rawValue)))
    }
}
