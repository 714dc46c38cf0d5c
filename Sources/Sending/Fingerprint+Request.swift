import Crypto
import Mail
import Store

extension Fingerprint {
    /// - Parameters:
    ///   - request: as the caller gave it; what it leaves out is no field.
    ///   - message: the same with its defaults, and with the octets of its attachments.
    init(of request: SendRequest, as message: Message) {
        var fields: [String: String] = [:]
        func set(_ name: String, _ parts: [String]) {
            if !parts.isEmpty { fields[name] = Self.digest(parts) }
        }
        set("account", request.account.map { [$0] } ?? [])
        set("from", request.from.map { [$0.text] } ?? [])
        set("to", request.to.map(\.text))
        set("cc", request.cc.map(\.text))
        set("bcc", request.bcc.map(\.text))
        set("reply_to", request.replyTo.map(\.text))
        set("subject", request.subject.map { [$0] } ?? [])
        set("text", request.text.map { [$0] } ?? [])
        set("html", request.html.map { [$0] } ?? [])
        set("markdown", request.markdown.map { [$0] } ?? [])
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
        set("in_reply_to", request.inReplyTo.map { [$0.text] } ?? [])
        set("references", request.references.map(\.text))
        set("headers", request.headers.flatMap { [$0.name, $0.value] })
        set("send_at", request.sendAt.map { [$0.rfc3339] } ?? [])
        set("give_up_at", request.giveUpAt.map { [$0.rfc3339] } ?? [])
        set("tags", request.tags)
        set("metadata", request.metadata.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })

        // To the same people, in whatever line and order they stand.
        let people = (request.to + request.cc + request.bcc).map(\.address.text).sorted()
        let content = [
            "reply_to", "subject", "text", "html", "markdown", "attachments", "in_reply_to", "headers",
        ]
        let parts = [message.from.address.text] + content.map { fields[$0] ?? "" } + people
        self.init(fields: fields, content: Self.digest(parts))
    }

    private static func digest(_ parts: [String]) -> String {
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
            for (place, octet) in hash.finalize().prefix(16).enumerated() {
                room[2 * place] = Self.digits[Int(octet >> 4)]
                room[2 * place + 1] = Self.digits[Int(octet & 15)]
            }
            return 32
        }
    }
}
