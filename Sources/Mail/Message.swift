/// What a caller wants to say and to whom (RFC 5322 §2), before it is octets; `composed` checks it as a whole.
package struct Message: Sendable, Hashable {
    package var from: Mailbox
    package var to: [Mailbox]
    package var cc: [Mailbox]
    /// Gets the message without being named in it.
    package var bcc: [Mailbox]
    package var replyTo: [Mailbox]
    package var subject: String?
    /// Plain text. At least one of `text`, `html` and `markdown` is given.
    package var text: String?
    /// A document or a fragment, sent as it is. Not together with `markdown`.
    package var html: String?
    /// CommonMark: the HTML part is made from it, and it is itself the text part unless `text` is given.
    package var markdown: String?
    package var attachments: [Attachment]
    package var inReplyTo: MessageID?
    /// Oldest first; `inReplyTo` is added to the end when it is missing.
    package var references: [MessageID]
    package var headers: [HeaderField]

    package init(
        from: Mailbox, to: [Mailbox] = [], cc: [Mailbox] = [], bcc: [Mailbox] = [], replyTo: [Mailbox] = [],
        subject: String? = nil, text: String? = nil, html: String? = nil, markdown: String? = nil,
        attachments: [Attachment] = [], inReplyTo: MessageID? = nil, references: [MessageID] = [],
        headers: [HeaderField] = []
    ) {
        self.from = from
        self.to = to
        self.cc = cc
        self.bcc = bcc
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.markdown = markdown
        self.attachments = attachments
        self.inReplyTo = inReplyTo
        self.references = references
        self.headers = headers
    }
}
