extension IncomingMessage {
    /// True where a mail system or another machine may have written it, by what it says of itself: a null
    /// reverse-path (RFC 5321 §4.5.5), a daemon or postmaster as its author, or `Auto-Submitted` (RFC 3834 §5).
    package var isOfMailSystem: Bool { isOfMachine || isFrom(["postmaster"]) }

    /// Like `isOfMailSystem`, without the postmaster, who may be a person.
    var isOfMachine: Bool {
        hasNullReversePath || isAutoSubmitted || isOfDaemon
    }

    /// By the name that programs which carry mail write under; Exchange's goes on with 32 digits.
    var isOfDaemon: Bool { isFrom(["mailer-daemon", "mailerdaemon", "mail-daemon", "microsoftexchange3"]) }

    private func isFrom(_ names: [String]) -> Bool {
        ["from", "sender"].contains { field in
            guard let value = fields[field] else { return false }
            // Some write the name alone.
            let local = (Address.found(inList: value, limit: 1).first?.localPart ?? value).lowercased()
            return names.contains { local.hasPrefix($0) }
        }
    }

    var hasNullReversePath: Bool {
        fields["return-path"].map { $0.utf8.filter { $0 != 0x20 && $0 != 0x09 }.asText == "<>" } ?? false
    }

    var isAutoSubmitted: Bool {
        guard let value = fields["auto-submitted"] else { return false }
        let keyword = StructuredValue(parsing: value).value
        return !keyword.isEmpty && keyword != "no"
    }

    /// True for `Re: …`, which people's mail programs write and mail systems do not.
    var isAnswerBySubject: Bool {
        let subject = EncodedWord.decode(fields["subject"] ?? "").lowercased()
        return ["re:", "aw:", "sv:", "vs:", "fwd:", "fw:", "wg:", "tr:"].contains { subject.hasPrefix($0) }
    }
}

extension MessageFields {
    /// The messages that this one answers (RFC 5322 §3.6.4), the nearest first: `In-Reply-To`, then `References` from
    /// its end.
    package var answeredIDs: [MessageID] {
        var ids = values("in-reply-to").prefix(2).flatMap { MessageID.found(in: $0, limit: 20) }
        for id in values("references").prefix(2).flatMap({ MessageID.found(in: $0) }).reversed()
        where !ids.contains(id) {
            ids.append(id)
        }
        return Array(ids.prefix(100))
    }
}
