import Crypto
import Mail
import Store

extension Fingerprint {
    /// - Parameters:
    ///   - request: as the caller gave it; what it leaves out is no field.
    ///   - message: the same with its defaults, and with the octets of its attachments.
    init(of request: SendRequest, as message: Message) {
        var fields: [String: String] = [:]
        fields.reserveCapacity(16)
        func set(_ name: String, _ part: String?) {
            if let part { fields[name] = Self.digest(CollectionOfOne(part)) }
        }
        func set(_ name: String, all parts: [String]) {
            if !parts.isEmpty { fields[name] = Self.digest(parts) }
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
        if !message.attachments.isEmpty {
            var digest = PartsDigest()
            for attachment in message.attachments {
                digest.add(attachment.filename)
                digest.add(attachment.contentType ?? "")
                digest.add(attachment.contentID ?? "")
                attachment.content.withUnsafeBytes { digest.add($0) }
            }
            fields["attachments"] = digest.text
        }
        set("in_reply_to", request.inReplyTo?.text)
        set("references", all: request.references.map(\.text))
        set("headers", all: request.headers.flatMap { [$0.name, $0.value] })
        set("send_at", request.sendAt?.rfc3339)
        set("give_up_at", request.giveUpAt?.rfc3339)
        set("tags", all: request.tags)
        set("metadata", all: request.metadata.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })

        // To the same people, in whatever line and order they stand.
        let people = (request.to + request.cc + request.bcc).map(\.address.text).sorted()
        let content = [
            "reply_to", "subject", "text", "html", "markdown", "attachments", "in_reply_to", "headers",
        ]
        var digest = PartsDigest()
        digest.add(message.from.address.text)
        for name in content { digest.add(fields[name] ?? "") }
        for address in people { digest.add(address) }
        self.init(fields: fields, content: digest.text)
    }

    private static func digest(_ parts: some Sequence<String>) -> String {
        var digest = PartsDigest()
        for part in parts { digest.add(part) }
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
        withUnsafeBytes(of: UInt64(part.count).littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: part)
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
