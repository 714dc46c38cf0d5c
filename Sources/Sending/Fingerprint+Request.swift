import Crypto
import Mail
import Store

extension Fingerprint {
    /// - Parameters:
    ///   - request: as the caller gave it; what it leaves out is no field.
    ///   - message: the same with its defaults, and with the octets of its attachments.
    init(of request: SendRequest, as message: Message) {
        let attachments = Self.digest(of: message.attachments)
        self.init(
            fields: request.idempotencyKey == nil ? [:] : Self.fields(of: request, attachments),
            content: Self.content(of: request, from: message.from.address, attachments))
    }

    private static func fields(of request: SendRequest, _ attachments: String?) -> [String: String] {
        var fields: [String: String] = [:]
        func set(_ name: String, _ part: String?) {
            if let part { set(name, all: [part]) }
        }
        func set(_ name: String, all parts: [String]) {
            if parts.isEmpty { return }
            var digest = PartsDigest()
            for part in parts { digest.add(part) }
            fields[name] = digest.text
        }
        set("account", request.account)
        set("from", request.from?.text)
        set("to", all: request.to.map(\.text))
        set("cc", all: request.cc.map(\.text))
        set("bcc", all: request.bcc.map(\.text))
        set("reply_to", all: request.replyTo.map(\.text))
        set("subject", request.subject)
        set("text", request.text)
        set("html", request.html)
        set("markdown", request.markdown)
        fields["attachments"] = attachments
        set("in_reply_to", request.inReplyTo?.text)
        set("references", all: request.references.map(\.text))
        set("headers", all: request.headers.flatMap { [$0.name, $0.value] })
        set("send_at", request.sendAt?.rfc3339)
        set("give_up_at", request.giveUpAt?.rfc3339)
        set("tags", all: request.tags)
        set("metadata", all: request.metadata.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
        return fields
    }

    /// What a recipient would call the same mail, to the same people, in whatever line, order and case they stand.
    private static func content(
        of request: SendRequest, from sender: Address, _ attachments: String?
    ) -> String {
        var digest = PartsDigest()
        digest.add(sender.caseless)
        for part in [request.subject, request.text, request.html, request.markdown, attachments] {
            digest.add(orNil: part)
        }
        digest.add(orNil: request.inReplyTo?.text)
        digest.add(all: request.replyTo.map(\.text))
        digest.add(all: request.headers.flatMap { [$0.name, $0.value] })
        digest.add(all: (request.to + request.cc + request.bcc).map(\.address.caseless).sorted())
        return digest.text
    }

    private static func digest(of attachments: [Attachment]) -> String? {
        if attachments.isEmpty { return nil }
        var digest = PartsDigest()
        for attachment in attachments {
            digest.add(attachment.filename)
            digest.add(attachment.contentType ?? "")
            digest.add(attachment.contentID ?? "")
            attachment.content.withUnsafeBytes { digest.add($0) }
        }
        return digest.text
    }
}

/// The first 128 bits of SHA-256 over parts, each behind its length, so that no two lists look alike.
private struct PartsDigest {
    private var hash = SHA256()
    private static let digits = Array("0123456789abcdef".utf8)

    mutating func add(_ part: String) {
        var part = part
        part.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    mutating func add(_ part: UnsafeRawBufferPointer) {
        add(part.count)
        hash.update(bufferPointer: part)
    }

    /// A part that is not given differs from an empty one.
    mutating func add(orNil part: String?) {
        add(part == nil ? 0 : 1)
        if let part { add(part) }
    }

    mutating func add(all parts: [String]) {
        add(parts.count)
        for part in parts { add(part) }
    }

    private mutating func add(_ count: Int) {
        withUnsafeBytes(of: UInt64(count).littleEndian) { hash.update(bufferPointer: $0) }
    }

    /// 32 digits.
    var text: String {
        String(unsafeUninitializedCapacity: 32) { room in
            hash.finalize().withUnsafeBytes { octets in
                for place in 0..<16 {
                    room[2 * place] = Self.digits[Int(octets[place] >> 4)]
                    room[2 * place + 1] = Self.digits[Int(octets[place] & 15)]
                }
            }
            return 32
        }
    }
}
