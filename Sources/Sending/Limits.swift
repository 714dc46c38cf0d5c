import Mail

/// How much one message may be; the server's own limits come on top.
package struct Limits: Sendable, Hashable {
    /// to, cc and bcc together.
    package let recipients: Int
    /// Octets of mail data, attachments encoded.
    package let mailData: Int

    package init(recipients: Int = 100, mailData: Int = 25 * 1_048_576) {
        self.recipients = recipients
        self.mailData = mailData
    }

    func check(_ request: SendRequest) throws(Failure) {
        let count = request.to.count + request.cc.count + request.bcc.count
        if count == 0 {
            throw Failure(
                .invalidRequest, "The message has no recipient.",
                hint: "Give at least one address in `to`, `cc` or `bcc`.", field: "to")
        }
        if count > recipients {
            throw Failure(
                .invalidRequest, "The message has \(count) recipients; at most \(recipients) are allowed.",
                hint: "Split it into several sends.", field: "to")
        }
    }

    /// - Parameter request: what it was composed of.
    func check(_ composed: MailData, of request: SendRequest) throws(Failure) {
        if composed.size <= mailData { return }
        let bodies = [("text", request.text), ("html", request.html), ("markdown", request.markdown)]
        let sizes = bodies.map { (name: $0, size: $1?.utf8.count ?? 0) }
        let longest = sizes.max { $0.size < $1.size }
        // Who takes every attachment away would still be over it.
        let isText = request.attachments.isEmpty || sizes.map(\.size).reduce(0, +) > mailData
        throw Failure(
            .messageTooLarge,
            "The message has \(composed.size) octets once encoded; at most \(mailData) are allowed.",
            hint: isText
                ? "Shorten the text, or share a link to it."
                : "Attach less (base64 adds a third), or share a link to the file.",
            field: isText ? longest?.name ?? "text" : "attachments")
    }
}
