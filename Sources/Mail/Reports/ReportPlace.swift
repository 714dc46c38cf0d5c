/// Where in a message a machine-readable report is, and what belongs to it.
struct ReportPlace {
    /// The `message/delivery-status` parts.
    private(set) var statuses: [IncomingMessage.Part] = []
    /// The words for a person.
    private(set) var notice: IncomingMessage.Part?
    private(set) var returned: DeliveryReport.Original?
    /// Of the message that the report is the body of.
    private(set) var carrier: MessageFields
    /// True where it lies within a message within the message.
    private(set) var isForwarded = false
    /// True where the report is the message, not something in it.
    private(set) var isWhole = false

    init?(in root: IncomingMessage.Part) {
        carrier = root.fields
        guard find(in: root, path: []) else { return nil }
    }

    /// Depth first; true when found.
    private mutating func find(in part: IncomingMessage.Part, path: [IncomingMessage.Part]) -> Bool {
        if path.isEmpty { isWhole = true }
        let found = part.isDeliveryStatus ? [part] : part.parts.filter(\.isDeliveryStatus)
        if !found.isEmpty || part.isDeliveryReport, !part.isDigest {
            statuses = found
            if statuses.isEmpty { statuses = part.parts.filter(\.holdsStatusFields) }
            if !statuses.isEmpty {
                let around = (path + [part]).reversed().prefix { !$0.isMessage }
                notice = around.lazy.compactMap(\.firstText).first
                returned = around.lazy.compactMap(\.returnedMessage).first
                isWhole = part.isDeliveryReport && path.isEmpty
                return true
            }
        }
        // Other reports (read receipts, complaints) hold a message of ours that reports nothing; digests hold others'.
        if part.isDigest || part.type == "multipart/report" && !part.isDeliveryReport { return false }
        for inner in part.parts {
            let outer = (carrier, isForwarded)
            if part.isMessage {
                carrier = inner.fields
                isForwarded = true
            }
            if find(in: inner, path: path + [part]) { return true }
            (carrier, isForwarded) = outer
        }
        return false
    }
}

extension IncomingMessage.Part {
    var isMessage: Bool { type == "message/rfc822" || type == "message/global" }

    var isDigest: Bool { type == "multipart/digest" }

    /// RFC 3464 §2 and RFC 6533 §4.
    var isDeliveryStatus: Bool {
        type == "message/delivery-status" || type == "message/global-delivery-status"
    }

    /// RFC 6522; some servers leave the parameter out.
    var isDeliveryReport: Bool {
        guard type == "multipart/report" else { return false }
        let kind = contentType.parameter("report-type")?.lowercased()
        guard let kind else {
            // Read receipts and complaints leave it out as well.
            return !parts.contains {
                $0.type.hasSuffix("disposition-notification") || $0.type == "message/feedback-report"
            }
        }
        return kind.hasSuffix("delivery-status")
    }

    /// True for the fields of a report under a wrong type, as `text/plain`.
    var holdsStatusFields: Bool {
        guard parts.isEmpty, !isHeaderSection else { return false }
        let lines = text(limit: 1024).lowercased().split(whereSeparator: \.isNewline)
        return lines.contains { $0.hasPrefix("final-recipient:") }
            || lines.contains { $0.hasPrefix("reporting-mta:") }
    }

    /// RFC 6522 §4 and RFC 6533 §5.
    private var isHeaderSection: Bool {
        type == "text/rfc822-headers" || type == "message/rfc822-headers" || type == "message/global-headers"
    }

    /// The message given back, of this part's own parts.
    var returnedMessage: DeliveryReport.Original? {
        for part in parts {
            if part.isMessage, let inner = part.parts.first {
                if let original = DeliveryReport.Original(inner.fields) { return original }
            } else if part.isHeaderSection {
                var content = part.content.drop { $0 == 0x0D || $0 == 0x0A }
                if let original = DeliveryReport.Original(MessageFields(reading: &content)) {
                    return original
                }
            } else if part.type.hasPrefix("multipart/"), let original = part.returnedMessage {
                return original
            }
        }
        return nil
    }

    /// The first text for a person, plain before HTML; nothing out of messages within.
    var firstText: IncomingMessage.Part? { first("text/plain") ?? first("text/html") }

    private func first(_ wanted: String) -> IncomingMessage.Part? {
        if type == wanted { return self }
        if isMessage || isDigest { return nil }
        for part in parts { if let found = part.first(wanted) { return found } }
        return nil
    }
}
