import Mail
package import Store

/// What a person is shown before a yes: the envelope as it will be sent, in plain text.
package enum ApprovalText {
    /// One recipient a line, each address whole and before its name; only what an agent can make long without need,
    /// names and the subject, is cut. Without control characters.
    package static func text(of send: SendRecord, attachments: [String] = []) -> String {
        var lines = ["From: \(send.from)"]
        for recipient in send.recipients {
            // Nobody may be pushed out of sight: who is left out of the question is who should not get it.
            let name = recipient.mailbox.displayName.map { " (\(cut($0, to: 60)))" } ?? ""
            lines.append(
                "\(names[recipient.kind] ?? recipient.kind.rawValue): \(recipient.address.text)\(name)")
        }
        lines.append("Subject: \(cut(send.subject, to: 200))")
        lines.append("Size: \(send.size) octets")
        lines += attachments.map { "Attachment: \(cut($0, to: 100))" }
        if let time = send.scheduledFor { lines.append("At: \(time.rfc3339)") }
        return lines.map(shown).joined(separator: "\n")
    }

    /// Counted in scalars: a single character may be made of thousands.
    private static func cut(_ text: String, to limit: Int) -> String {
        guard text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
    }

    private static let names: [RecipientKind: String] = [.to: "To", .cc: "Cc", .bcc: "Bcc"]

    private static func shown(_ line: String) -> String {
        String(String.UnicodeScalarView(line.unicodeScalars.map { isHidden($0) ? "\u{FFFD}" : $0 }))
    }

    /// Controls, and what turns the direction of writing: with it an address can look like another one.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
