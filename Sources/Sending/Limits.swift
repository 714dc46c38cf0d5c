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

    func check(_ composed: MailData) throws(Failure) {
        if composed.size <= mailData { return }
        throw Failure(
            .messageTooLarge,
            "The message has \(composed.size) octets once encoded; at most \(mailData) are allowed.",
            hint: "Attach less (base64 adds a third), or share a link to the file.", field: "attachments")
    }
}
