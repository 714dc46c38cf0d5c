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
            if !parts.isEmpty { fields[name] = Self.digest(parts.map { Array($0.utf8) }) }
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
            fields["attachments"] = Self.digest(message.attachments.flatMap(\.parts))
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
        self.init(fields: fields, content: Self.digest(parts.map { Array($0.utf8) }))
    }

    /// The first 128 bits of SHA-256 over the parts, each behind its length, so that no two lists look alike.
    private static func digest(_ parts: [[UInt8]]) -> String {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { hash.update(bufferPointer: $0) }
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        let digits = Array("0123456789abcdef".utf8)
        let hex = hash.finalize().prefix(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: hex, as: UTF8.self)
    }
}

extension Attachment {
    fileprivate var parts: [[UInt8]] {
        [Array(filename.utf8), Array((contentType ?? "").utf8), Array((contentID ?? "").utf8), content]
    }
}
