import Mail

/// A plain message from Ann to Bob with one thing changed, composed.
func compose(_ change: (inout Message) throws -> Void, boundary: String = "Golden") throws -> ComposedMessage
{
    var message = Message(
        from: try Mailbox(parsing: "Ann <ann@example.com>"), to: [try Mailbox(parsing: "bob@example.org")],
        subject: "Hello", text: "Hello\n")
    try change(&message)
    return try message.composed(
        date: Timestamp(milliseconds: 0), messageID: MessageID(unique: "x", domain: "example.com"),
        boundary: boundary)
}

/// One octet as an attachment.
func file(_ name: String = "a.bin", type: String? = nil, id: String? = nil, content: [UInt8] = [1])
    -> Attachment
{
    Attachment(filename: name, contentType: type, content: content, contentID: id)
}
