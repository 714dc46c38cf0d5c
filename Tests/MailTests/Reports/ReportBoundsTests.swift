import Foundation
import Mail
import TestSeeds
import Testing

/// What comes in is anyone's: nothing in it may crash, hang or grow what is kept of it.
@Suite("Hostile messages that come back", .timeLimit(.minutes(5)))
struct ReportBoundsTests {
    /// Set `ENVELOPE_SEED` to the seed of a failure to see it again.
    static let seed =
        ProcessInfo.processInfo.environment["ENVELOPE_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0..<1 << 32)

    @Test(
        "A message cut off at any octet is read",
        arguments: [
            "global-delivery-status", "text-office-365-sentence", "text-zoho", "xtext-left-in-place",
        ])
    func cut(name: String) throws {
        let octets = try ReportCorpus.octets(name)
        for end in 0...octets.count { check(octets[..<end], "\(name) cut at \(end)") }
    }

    @Test("A message with octets changed, moved, doubled or lost is read", arguments: ReportCorpus.names)
    func mutated(name: String) throws {
        let octets = try ReportCorpus.octets(name)
        var generator = SeededGenerator(seed: Self.seed)
        for number in 0..<10 {
            var mutant = octets
            for _ in 0..<Int.random(in: 1...12, using: &generator) { mutate(&mutant, &generator) }
            check(mutant[...], "\(name), seed \(Self.seed), number \(number)")
        }
    }

    private func mutate(_ octets: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !octets.isEmpty else { return }
        let place = Int.random(in: octets.indices, using: &generator)
        let end = min(octets.count, place + Int.random(in: 1...60, using: &generator))
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: octets[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: octets.removeSubrange(place..<end)
        case 2:
            octets.insert(
                contentsOf: octets[place..<end], at: Int.random(in: octets.indices, using: &generator))
        case 3:
            let marks = Array("\r\n:;<>()\"\\=?@-_\u{1B} \t.".utf8)
            octets[place] = marks.randomElement(using: &generator) ?? 0
        case 4: octets.replaceSubrange(place..<end, with: repeatElement(octets[place], count: 200))
        default: octets.removeLast(octets.count - end)
        }
    }

    @Test("What is built to cost much is read within bounds", arguments: HostileMessage.allCases)
    func hostile(message: HostileMessage) { check(message.octets[...], message.rawValue) }

    private func check(_ octets: ArraySlice<UInt8>, _ what: String) {
        switch Returned(octets: octets) {
        case .report(let report): check(report, what)
        case .answer(let answer):
            #expect((1...100).contains(answer.answeredIDs.count), "\(what)")
            #expect(isShort(answer.subject), "\(what)")
        case .other: break
        }
    }

    private func check(_ report: DeliveryReport, _ what: String) {
        #expect((1...DeliveryReport.maximumRecipients).contains(report.recipients.count), "\(what)")
        #expect(report.messageIDs.count <= 20, "\(what)")
        #expect((report.original?.recipients.count ?? 0) <= 100, "\(what)")
        #expect(isShort(report.reportingMTA) && isShort(report.originalEnvelopeID), "\(what)")
        #expect(isShort(report.original?.subject), "\(what)")
        for recipient in report.recipients {
            let texts = [
                recipient.final?.text, recipient.final?.type, recipient.original?.text,
                recipient.original?.type,
                recipient.diagnostic?.text, recipient.diagnostic?.type, recipient.remoteMTA,
            ]
            #expect(texts.allSatisfy(isShort), "\(what)")
        }
    }

    private func isShort(_ text: String?) -> Bool {
        guard let text else { return true }
        return text.count <= Reply.maximumTextLength
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x202E }
    }
}

/// Messages that would cost a careless reader its stack, its memory or the square of their size.
enum HostileMessage: String, CaseIterable, CustomTestStringConvertible {
    case deepMultiparts, deepMessages, deepBase64, manyParts, manyDelimiters, longLine, longField, manyFields
    case emptyLines, openBrackets, manyIDs, manyAddresses, comments, manyGroups, longDiagnostic, manyNotices
    case encodedWords, openTags, parameters, combiningMarks, dots, oneBoundary

    var testDescription: String { rawValue }

    private static let daemon =
        "Return-Path: <>\nFrom: MAILER-DAEMON@mail.example.com\nIn-Reply-To: <a@example.com>\n"

    var octets: [UInt8] { Array(text.utf8) }

    private var text: String {
        let many = { (piece: String, octets: Int) in
            String(repeating: piece, count: octets / max(1, piece.utf8.count))
        }
        let report = Self.daemon + "Content-Type: multipart/report; boundary=b\n\n--b\n\nno\n--b\n"
        let status = report + "Content-Type: message/delivery-status\n\n"
        let notice = Self.daemon + "\nThis is the mail system at host mail.example.com.\n\n"
        return switch self {
        case .deepMultiparts: many("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 1 << 18)
        case .deepMessages: many("Content-Type: message/rfc822\n\n", 1 << 18)
        case .deepBase64: many("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n", 1 << 18)
        case .manyParts:
            report + many("Content-Type: message/delivery-status\n\nAction: failed\n--b\n", 1 << 18)
        case .manyDelimiters: report + many("--b\n", 1 << 18)
        case .longLine: notice + "<nobody@example.net>: " + many("550 5.1.1 ", 1 << 18)
        case .longField: "Subject: " + many("x", 1 << 21)
        case .manyFields: many("X: y\n", 1 << 18) + "\nbody"
        case .emptyLines: status + many("\n", 1 << 18)
        case .openBrackets: Self.daemon + "References: " + many("<", 1 << 18) + "\n\n"
        case .manyIDs: "References: " + (0..<60_000).map { "<\($0)@example.com>\n " }.joined() + "\n\nbody"
        case .manyAddresses:
            status
                + "Final-Recipient: rfc822; a@example.net\nAction: failed\n\n--b\nContent-Type: text/rfc822-headers\n\n"
                + many("To: " + many("a@b@c,", 8000) + "\n", 1 << 18)
        case .comments: Self.daemon + "Content-Type: text/plain" + many("(", 1 << 18) + "\n\n"
        case .manyGroups:
            status
                + (0..<9000).map { "Final-Recipient: rfc822; n\($0)@example.net\nStatus: 5.1.1\n\n" }.joined()
        case .longDiagnostic:
            status + "Final-Recipient: rfc822; " + many("a", 10_000)
                + "@example.net\nStatus: 5.1.1\nDiagnostic-Code: smtp; "
                + many("550-5.1.1 \u{1B}[1m\n ", 1 << 18)
        case .manyNotices: notice + (0..<20_000).map { "<n\($0)@example.net>: 550 no\n\n" }.joined()
        case .encodedWords: "Subject: " + many("=?utf-8?q?=", 1 << 18) + "\nIn-Reply-To: <a@example.com>\n\n"
        case .openTags: Self.daemon + "Content-Type: text/html\n\n" + many("<div a=\"<!--", 1 << 18)
        case .parameters: "Content-Type: multipart/report" + many("; boundary*1*=%", 1 << 18) + "\n\n"
        case .combiningMarks:
            status + "Final-Recipient: rfc822; a@example.net\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 "
                + many("\u{301}", 1 << 18)
        case .dots:
            notice + many("<....@....>: ....................................................\n", 1 << 18)
        case .oneBoundary:
            // Levels that all share one boundary: each delimiter ends all of them.
            many("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 1 << 10) + many("\n--b\n\nx", 1 << 18)
        }
    }
}
