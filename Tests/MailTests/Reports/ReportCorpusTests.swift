import Mail
import Testing

@Suite("Messages that come back")
struct ReportCorpusTests {
    @Test("A message that came back is what its table says", arguments: ReportCorpus.names)
    func corpus(name: String) throws {
        let expected = try ReportCorpus.expected(name)
        switch Returned(octets: try ReportCorpus.octets(name)) {
        case .report(let report):
            #expect(expected.kind == "report")
            check(report, expected)
        case .answer(let answer):
            #expect(expected.kind == "answer")
            #expect(answer.isAutomatic == expected.automatic)
            #expect(answer.answeredIDs.map(\.text) == expected.answers)
            if let from = expected.from { #expect(answer.from?.text == from) }
            if let subject = expected.subject { #expect(answer.subject == subject) }
        case .other: #expect(expected.kind == "other")
        }
    }

    private func check(_ report: DeliveryReport, _ expected: ReportCorpus.Expected) {
        switch report.form {
        case .machineReadable: #expect(expected.form == "machine_readable")
        case .plainText(let notice): #expect(expected.form == notice.rawValue)
        }
        #expect(report.isForwarded == expected.forwarded ?? false)
        #expect(report.isFromMailSystem == !(expected.forwarded ?? false))
        #expect(report.messageIDs.first?.text == expected.messageId)
        if let mta = expected.reportingMta { #expect(report.reportingMTA == mta) }
        if let ids = expected.messageIds { #expect(report.messageIDs.map(\.text) == ids) }
        if let arrival = expected.arrival { #expect(report.arrivalDate?.rfc3339 == arrival) }
        if let subject = expected.originalSubject { #expect(report.original?.subject == subject) }
        if let to = expected.originalTo { #expect(report.original?.recipients.map(\.text) == to) }
        if let addresses = expected.addresses {
            #expect(report.recipients.first?.addresses.map(\.text) == addresses)
        }
        #expect(report.originalEnvelopeID == expected.envelopeId)
        let wanted = expected.recipients ?? []
        #expect(report.recipients.count == wanted.count)
        for (recipient, wanted) in zip(report.recipients, wanted) { check(recipient, wanted) }
    }

    private func check(_ recipient: DeliveryReport.Recipient, _ wanted: ReportCorpus.Expected.Recipient) {
        #expect(recipient.final?.text == wanted.final)
        #expect(recipient.final?.type == wanted.type ?? "rfc822")
        if let original = wanted.original { #expect(recipient.original?.text == original) }
        #expect(recipient.action.rawValue == wanted.action)
        #expect(recipient.outcome == Self.outcomes[wanted.action])
        #expect(recipient.status?.description == wanted.status)
        #expect(recipient.diagnostic?.code == wanted.code)
        #expect(recipient.deadAddress?.text == wanted.dead)
        if let says = wanted.says { #expect(recipient.diagnostic?.text == says) }
        if let mta = wanted.remoteMta { #expect(recipient.remoteMTA == mta) }
        if let until = wanted.willRetryUntil { #expect(recipient.willRetryUntil?.rfc3339 == until) }
        if let last = wanted.lastAttempt { #expect(recipient.lastAttempt?.rfc3339 == last) }
    }

    private static let outcomes: [String: Outcome] = ["failed": .bounced, "delivered": .delivered]

    @Test("There are at least 40 reports and 20 messages that are none")
    func enough() throws {
        let kinds = try ReportCorpus.names.map { try ReportCorpus.expected($0).kind }
        #expect(kinds.count { $0 == "report" } >= 40)
        #expect(kinds.count { $0 != "report" } >= 20)
    }
}
