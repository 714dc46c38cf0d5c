extension Message {
    /// The fields from Date to MIME-Version (RFC 5322 §3.6), without those that describe the body.
    func headerSection(
        date: Timestamp, messageID: MessageID, envelope: Envelope
    ) throws(Failure) -> [FieldLine] {
        try checkReplyTo(envelope)
        var fields = [Self.field("Date", [date.rfc5322])]
        func add(_ name: String, _ mailboxes: [Mailbox]) {
            if mailboxes.isEmpty { return }
            var field = FieldLine(name)
            field.add(mailboxes)
            fields.append(field)
        }
        add("From", [from])
        add("To", to)
        // RFC 5322 §3.6.3 lets To be absent, but filters distrust a message that is to nobody.
        if to.isEmpty, cc.isEmpty { fields.append(Self.field("To", ["undisclosed-recipients:;"])) }
        add("Cc", cc)
        add("Reply-To", replyTo)
        if let subject, !subject.isEmpty { fields.append(try Self.subjectField(subject)) }
        fields.append(Self.field("Message-ID", [messageID.text]))
        if let inReplyTo { fields.append(Self.field("In-Reply-To", [inReplyTo.text])) }
        var named: Set<MessageID> = []
        let thread = (references + (inReplyTo.map { [$0] } ?? [])).filter { named.insert($0).inserted }
        if thread.count > Self.mostReferences {
            throw Failure(
                .invalidRequest, "The message names \(thread.count) messages that it refers to.",
                hint: "Give the first and the last of the thread, \(Self.mostReferences) at most.",
                field: "references")
        }
        if !thread.isEmpty { fields.append(Self.field("References", thread.map(\.text))) }
        fields += try customFields()
        fields.append(Self.field("MIME-Version", ["1.0"]))
        return fields
    }

    /// Longer threads are told by some of their messages (RFC 5537 §3.4.4), and servers refuse long header sections.
    private static let mostReferences = 100

    private static func field(_ name: String, _ words: [String]) -> FieldLine {
        var field = FieldLine(name)
        for word in words { field.add(word) }
        return field
    }

    private static func subjectField(_ subject: String) throws(Failure) -> FieldLine {
        if let scalar = subject.unicodeScalars.first(where: { $0.isLineBreakOrControl && $0 != "\t" }) {
            throw Failure(
                .invalidRequest, "The subject holds the control character \(scalar.codePoint).",
                hint: "A subject is one line: leave it out.", field: "subject")
        }
        if subject.unicodeScalars.count > 998 {
            throw Failure(
                .invalidRequest, "The subject is longer than 998 characters.",
                hint: "Shorten it; readers show about 60.", field: "subject")
        }
        var field = FieldLine("Subject")
        // What stands beside "Subject: " within 76 columns.
        field.addUnstructured(subject, encodingWordsOver: 67)
        return field
    }

    /// A Unicode local part in Reply-To alone would need SMTPUTF8 without the envelope saying so.
    private func checkReplyTo(_ envelope: Envelope) throws(Failure) {
        if envelope.needsSMTPUTF8 { return }
        for (index, mailbox) in replyTo.enumerated() where mailbox.address.needsSMTPUTF8 {
            throw Failure(
                .invalidAddress,
                "The address \(mailbox.address.text.quoted) has a local part beyond ASCII, which the other addresses do not need.",
                hint: "Give a reply address in ASCII, so that every server takes the message.",
                field: "reply_to[\(index)]")
        }
    }
}
