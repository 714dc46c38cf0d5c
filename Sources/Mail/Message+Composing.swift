extension Message {
    /// Checks the message as a whole and writes it down: envelope and mail data.
    ///
    /// The same arguments give the same octets. Header lines are folded at 76 where words allow; Bcc never
    /// appears. The mail data is ASCII but for an address that has a Unicode local part (RFC 6532).
    ///
    /// - Parameters:
    ///   - date: the Date field.
    ///   - messageID: the Message-ID field.
    ///   - boundary: random letters and digits that the delimiters between parts are made of.
    /// - Throws: `invalidRequest`, `invalidAddress` or `invalidAttachment`; `field` names the argument in the
    ///   words of `send_email`: `subject`, `to`, `headers.X-Foo`, `attachments[0].filename`.
    package func composed(
        date: Timestamp, messageID: MessageID, boundary: String
    ) throws(Failure) -> ComposedMessage {
        guard let envelope = Envelope(reversePath: from.address, forwardPaths: (to + cc + bcc).map(\.address))
        else {
            throw Failure(
                .invalidRequest, "The message has no recipient.", hint: "Name at least one in to, cc or bcc.",
                field: "to")
        }
        var warnings = addressWarnings
        let section = try headerSection(date: date, messageID: messageID, envelope: envelope)
        if subject?.isEmpty ?? true { warnings.append("The message has no subject.") }
        let body = try bodyEntity(warnings: &warnings)
        var output: [UInt8] = []
        output.reserveCapacity(body.estimatedSize + section.reduce(256) { $0 + $1.text.utf8.count + 2 })
        for field in section { field.append(to: &output) }
        body.append(to: &output, boundary: Boundary(name: boundary, notIn: body.linesBetweenBoundaries))
        // A text part alone ends as its text ends; mail data ends with a whole line.
        if !output.suffix(2).elementsEqual([0x0D, 0x0A]) { output += "\r\n".utf8 }
        do {
            let mailData = try MailData(checking: output)
            return ComposedMessage(
                envelope: envelope, mailData: mailData, messageID: messageID, warnings: warnings)
        } catch {
            throw Failure(
                .internal, "The composed message broke the rules of mail data (\(error)).",
                hint: "Report this: it is a fault of the program.")
        }
    }

    /// One sentence for each address that stands in more than one place: it gets one copy.
    private var addressWarnings: [String] {
        if to.count + cc.count + bcc.count < 2 { return [] }
        var place: [Address: String] = [:]
        var warnings: [String] = []
        for (name, mailboxes) in [("to", to), ("cc", cc), ("bcc", bcc)] {
            for (index, mailbox) in mailboxes.enumerated() {
                let here = "\(name)[\(index)]"
                if let first = place[mailbox.address] {
                    warnings.append("\(mailbox.address) stands in \(first) and \(here): it gets one copy.")
                } else {
                    place[mailbox.address] = here
                }
            }
        }
        return warnings
    }
}
