extension Entity {
    /// A part of its own with the attachment's exact octets.
    ///
    /// - Parameters:
    ///   - field: the attachment as the caller named it, `attachments[0]`.
    ///   - isInline: shown within the HTML; otherwise offered as a file.
    /// - Throws: `invalidAttachment` naming `filename`, `content_type` or `content_id` below `field`.
    static func attachment(
        _ attachment: Attachment, field: String, isInline: Bool, warnings: inout [String]
    ) throws(Failure) -> Entity {
        if let problem = problem(withFilename: attachment.filename) {
            throw Failure(
                .invalidAttachment, "The file name \(attachment.filename.quoted) \(problem).",
                hint: "Give the last path component alone, such as report.pdf.", field: "\(field).filename")
        }
        var contentType = ContentType(forFilename: attachment.filename)
        if let given = attachment.contentType {
            do { contentType = try ContentType(parsing: given) } catch {
                throw error.at("\(field).content_type")
            }
        }
        var encoding = FieldLine("Content-Transfer-Encoding")
        var body = Body.base64(attachment.content)
        // RFC 2046 §5: composite types are never base64. A message that is fit for the wire as it stands goes as
        // it stands; any other, and any multipart, goes as a plain file, since re-encoding would change it.
        if contentType.type == "message", isSevenBit(attachment.content) {
            encoding.add("7bit")
            body = .lines(attachment.content, mayHoldBoundary: true)
        } else {
            encoding.add("base64")
            if contentType.type == "message" || contentType.type == "multipart" {
                warnings.append(
                    "\(field) goes as application/octet-stream: \(contentType.name) may not be base64.")
                contentType = .octets
            }
        }
        var type = FieldLine("Content-Type")
        let charset =
            contentType.charset ?? (contentType.type == "text" ? unicodeCharset(attachment.content) : nil)
        type.add(contentType.name + (charset.map { "; charset=\($0)" } ?? ""))
        type.addLegacyParameter("name", attachment.filename)
        var disposition = FieldLine("Content-Disposition")
        disposition.add(isInline ? "inline" : "attachment")
        disposition.addExtendedParameter("filename", attachment.filename)
        var fields = [type, encoding, disposition]
        if let given = attachment.contentID {
            var id = FieldLine("Content-ID")
            id.add("<\(try contentID(given, field: field))>")
            fields.append(id)
        }
        return Entity(fields: fields, body: body)
    }

    /// The id without brackets, as `cid:` URLs name it (RFC 2392 §2).
    static func contentID(_ text: String, field: String) throws(Failure) -> String {
        var id = text.trimmed
        if id.hasPrefix("<"), id.hasSuffix(">") { id = String(id.dropFirst().dropLast()) }
        let isFit = id.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value < 0x7F && !"<>\"()\\,;".unicodeScalars.contains($0)
        }
        guard isFit, (1...200).contains(id.utf8.count) else {
            throw Failure(
                .invalidAttachment, "The content id \(text.quoted) is not 1 to 200 letters, digits or marks.",
                hint: "Use a short name such as logo, and <img src=\"cid:logo\"> in the HTML.",
                field: "\(field).content_id")
        }
        return id
    }

    private static func problem(withFilename name: String) -> String? {
        if name.trimmed.isEmpty { return "is empty" }
        if name == "." || name == ".." { return "names a folder" }
        if name.utf8.count > 255 { return "is longer than 255 octets" }
        for scalar in name.unicodeScalars {
            if scalar == "/" || scalar == "\\" { return "holds a path separator" }
            if scalar.isLineBreakOrControl || scalar.isBidirectionalControl {
                return "holds \(scalar.codePoint)"
            }
        }
        return nil
    }

    /// RFC 2045 §2.7: ASCII in lines of at most 998 octets that all end in CRLF (the last may lack it).
    private static func isSevenBit(_ content: [UInt8]) -> Bool {
        let closed = content.suffix(2).elementsEqual([0x0D, 0x0A]) ? content : content + [0x0D, 0x0A]
        guard !content.isEmpty, let data = try? MailData(checking: closed) else { return false }
        return !data.is8Bit
    }

    /// Without a charset text means US-ASCII (RFC 2046 §4.1.2), so UTF-8 beyond ASCII is said to be so.
    private static func unicodeCharset(_ content: [UInt8]) -> String? {
        if content.allSatisfy({ $0 < 0x80 }) { return nil }
        return String(validating: content, as: UTF8.self) == nil ? nil : "utf-8"
    }
}
