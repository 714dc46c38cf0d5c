import Mail
package import Store

/// What a person is shown before a yes: the envelope as it will be sent, in plain text.
package enum ApprovalText {
    /// Bounded, one field a line, without control characters.
    package static func text(of send: SendRecord, attachments: [String] = []) -> String {
        var lines = ["From: \(send.from)"]
        for kind in RecipientKind.allCases {
            let people = send.recipients.filter { $0.kind == kind }.map(\.mailbox.text)
            if people.isEmpty { continue }
            // Everybody is named: who is left out of the question is who should not get it.
            lines.append("\(names[kind] ?? kind.rawValue): \(people.joined(separator: ", "))")
        }
        lines.append("Subject: \(send.subject)")
        lines.append("Size: \(send.size) octets")
        if !attachments.isEmpty { lines.append("Attachments: \(attachments.joined(separator: ", "))") }
        if let time = send.scheduledFor { lines.append("At: \(time.rfc3339)") }
        return lines.map { shown(String($0.prefix(4_000))) }.joined(separator: "\n")
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
