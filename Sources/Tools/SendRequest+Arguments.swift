import JSON
import Mail
import Sending

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension SendRequest {
    /// The arguments of `send_email` as values that cannot be wrong; a failure names the field.
    init(_ arguments: Arguments) throws(Failure) {
        self.init()
        let arguments = arguments.withoutBlanks(among: Self.optional)
        account = arguments.string("account")
        from = try arguments.parsed("from", Mailbox.init(parsing:))
        to = try arguments.parsedList("to", Mailbox.init(parsing:))
        cc = try arguments.parsedList("cc", Mailbox.init(parsing:))
        bcc = try arguments.parsedList("bcc", Mailbox.init(parsing:))
        replyTo = try arguments.parsedList("reply_to", Mailbox.init(parsing:))
        subject = arguments.string("subject")
        text = unescaped(arguments.string("text"), "text")
        html = unescaped(arguments.string("html"), "html")
        markdown = unescaped(arguments.string("markdown"), "markdown")
        try settleBodies()
        attachments = try Self.attachments(arguments)
        inReplyTo = try arguments.parsed("in_reply_to", MessageID.init(parsing:))
        references = try arguments.parsedList("references", MessageID.init(parsing:))
        headers = arguments.stringPairs("headers").map { HeaderField(name: $0.0, value: $0.1) }
        tags = arguments.strings("tags")
        sendAt = try arguments.parsed("send_at", Timestamp.init(parsing:))
        giveUpAt = try arguments.parsed("give_up_at", Timestamp.init(parsing:))
        idempotencyKey = try Self.idempotencyKey(arguments)
        allowsDuplicate = arguments.flag("allow_duplicate")
        metadata = Dictionary(arguments.stringPairs("metadata"), uniquingKeysWith: { $1 })
    }

    /// Arguments that are left out as well by saying nothing in them.
    private static let optional = [
        "account", "from", "cc", "bcc", "reply_to", "in_reply_to", "references", "send_at", "give_up_at",
    ]

    private mutating func unescaped(_ body: String?, _ name: String) -> String? {
        guard let body, let restored = body.withBreaksRestored else { return body }
        warnings.append(
            "`\(name)` had no line breaks but the characters \\n; they were taken as line breaks. Send real ones."
        )
        return restored
    }

    /// Leaves blank bodies out beside another: the last part is what readers show. One of several blank ones stays.
    private mutating func settleBodies() throws(Failure) {
        guard let first = text ?? markdown ?? html else {
            throw Failure(
                .invalidRequest, "The message has no body.",
                hint: "Give `markdown`, or `text` and/or `html`.", field: "markdown")
        }
        if text?.isBlank == true { text = nil }
        if markdown?.isBlank == true { markdown = nil }
        if html?.isBlank == true { html = nil }
        if text == nil, markdown == nil, html == nil {
            text = first
            warnings.append("The message has no text.")
        }
    }

    private static func idempotencyKey(_ arguments: Arguments) throws(Failure) -> String? {
        guard let key = arguments.string("idempotency_key") else { return nil }
        if key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return key }
        throw Failure(
            .invalidRequest, "`idempotency_key` may hold printable ASCII characters only.",
            hint: "Use letters, digits and punctuation, as in order-4711.", field: "idempotency_key")
    }

    private static func attachments(_ arguments: Arguments) throws(Failure) -> [AttachmentSource] {
        var sources: [AttachmentSource] = []
        for (index, object) in arguments.objects("attachments").enumerated() {
            let field = "attachments[\(index)]"
            let content: AttachmentSource.Content
            switch (object["content_base64"]?.string, object["path"]?.string) {
            case (let text?, nil):
                guard let octets = Self.octets(base64: text) else {
                    throw Failure(
                        .invalidAttachment, "`\(field).content_base64` is not base64 (RFC 4648 §4).",
                        hint: "Encode the file with the standard alphabet and padding.",
                        field: field + ".content_base64")
                }
                content = .octets(octets)
            case (nil, let path?): content = .path(path)
            default:
                throw Failure(
                    .invalidAttachment, "`\(field)` needs either `content_base64` or `path`.",
                    hint: "Give exactly one of the two.", field: field)
            }
            if object["filename"] == nil, object["path"] == nil {
                throw Failure(
                    .invalidAttachment, "`\(field).filename` is missing.",
                    hint: "Give the name that the recipient should see, as in report.pdf.",
                    field: field + ".filename")
            }
            sources.append(
                AttachmentSource(
                    filename: object["filename"]?.string, contentType: object["content_type"]?.string,
                    contentID: object["content_id"]?.string, content: content))
        }
        return sources
    }

    /// Decoded piece by piece: the text may be tens of megabytes. Blanks and line breaks are left out (RFC 2045 §6.8);
    /// anything else beyond the alphabet makes it nil.
    private static func octets(base64 text: String) -> [UInt8]? {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count / 4 * 3)
        var piece: [UInt8] = []
        var isEnded = false
        func decode() -> Bool {
            // Foundation takes a fifth character where it is padding.
            guard !isEnded, piece.count.isMultiple(of: 4), let some = Data(base64Encoded: Data(piece)) else {
                return false
            }
            // Padding ends it (RFC 4648 §3.2).
            isEnded = piece.last == UInt8(ascii: "=")
            octets.append(contentsOf: some)
            piece.removeAll(keepingCapacity: true)
            return true
        }
        for byte in text.utf8 where byte != 0x20 && !(0x09...0x0D).contains(byte) {
            piece.append(byte)
            if piece.count == 65_536, !decode() { return nil }
        }
        return piece.isEmpty || decode() ? octets : nil
    }
}
