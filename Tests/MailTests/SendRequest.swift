import Foundation
import Mail
import Testing

/// The arguments of `send_email` that make a message, as the corpus keeps them.
struct SendRequest: Codable {
    struct File: Codable {
        var filename: String
        var contentType: String?
        var contentBase64: String
        var contentID: String?

        enum CodingKeys: String, CodingKey {
            case filename
            case contentType = "content_type"
            case contentBase64 = "content_base64"
            case contentID = "content_id"
        }
    }

    var from: String
    var to: [String]?
    var cc: [String]?
    var bcc: [String]?
    var replyTo: [String]?
    var subject: String?
    var text: String?
    var html: String?
    var markdown: String?
    var attachments: [File]?
    var inReplyTo: String?
    var references: [String]?
    var headers: [String: String]?

    enum CodingKeys: String, CodingKey {
        case from, to, cc, bcc, subject, text, html, markdown, attachments, references, headers
        case replyTo = "reply_to"
        case inReplyTo = "in_reply_to"
    }

    func message() throws -> Message {
        func mailboxes(_ texts: [String]?) throws -> [Mailbox] {
            try (texts ?? []).map { try Mailbox(parsing: $0) }
        }
        return Message(
            from: try Mailbox(parsing: from), to: try mailboxes(to), cc: try mailboxes(cc),
            bcc: try mailboxes(bcc),
            replyTo: try mailboxes(replyTo), subject: subject, text: text, html: html, markdown: markdown,
            attachments: try (attachments ?? []).map { file in
                Attachment(
                    filename: file.filename, contentType: file.contentType,
                    content: Array(try #require(Data(base64Encoded: file.contentBase64))),
                    contentID: file.contentID)
            },
            inReplyTo: try inReplyTo.map { try MessageID(parsing: $0) },
            references: try (references ?? []).map { try MessageID(parsing: $0) },
            headers: (headers ?? [:]).sorted { $0.key < $1.key }.map {
                HeaderField(name: $0.key, value: $0.value)
            })
    }

    /// With the date, id and boundary that the whole corpus shares.
    func composed() throws -> ComposedMessage {
        try message().composed(
            date: try #require(Timestamp(rfc3339: "2026-11-22T16:00:00Z")),
            messageID: try MessageID(parsing: "<golden@example.com>"), boundary: "Golden")
    }
}
