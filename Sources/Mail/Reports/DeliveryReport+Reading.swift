extension DeliveryReport {
    /// What the message reports; nil when it is no delivery report.
    package init?(_ message: IncomingMessage) {
        let isOfMailSystem = message.isOfMailSystem
        if let place = ReportPlace(in: message.root) {
            let isReply = message.fields["in-reply-to"] != nil && !isOfMailSystem
            if !(isReply && !place.isWhole), let report = Self(place, in: message) {
                self = report
                return
            }
        }
        guard isOfMailSystem, !message.isAnswerBySubject, let report = Self(noticeOf: message) else {
            return nil
        }
        self = report
    }

    private init?(_ place: ReportPlace, in message: IncomingMessage) {
        let read = place.statuses.map { Fields($0.content) }
        let recipients = Array(read.flatMap(\.recipients).prefix(Self.maximumRecipients))
        guard !recipients.isEmpty else { return nil }
        self.init(
            form: .machineReadable, isForwarded: place.isForwarded, isFromMailSystem: message.isOfMailSystem,
            reportingMTA: read.lazy.compactMap(\.reportingMTA).first,
            originalEnvelopeID: read.lazy.compactMap(\.originalEnvelopeID).first,
            arrivalDate: read.lazy.compactMap(\.arrivalDate).first, recipients: recipients,
            original: place.returned ?? Self.quoted(place.notice), reportedIDs: read.flatMap(\.messageIDs),
            carrier: place.carrier)
    }

    private init?(noticeOf message: IncomingMessage) {
        guard let part = message.root.firstText else { return nil }
        let text = NoticeText(part)
        guard let (notice, recipients) = Notice.read(text, in: message.fields) else { return nil }
        let host = text.sentence("this is the mail system at host ") ?? text.sentence("generating server:")
        self.init(
            form: .plainText(notice), isForwarded: false, isFromMailSystem: true, reportingMTA: host,
            originalEnvelopeID: nil,
            arrivalDate: nil, recipients: recipients,
            original: text.original.flatMap(Original.init) ?? message.root.returnedMessage,
            reportedIDs: message.fields["x-original-message-id"].map { MessageID.found(in: $0, limit: 1) }
                ?? [],
            carrier: message.fields)
    }

    private init(
        form: Form, isForwarded: Bool, isFromMailSystem: Bool, reportingMTA: String?,
        originalEnvelopeID: String?,
        arrivalDate: Timestamp?,
        recipients: [Recipient], original: Original?, reportedIDs: [MessageID], carrier: MessageFields
    ) {
        var ids: [MessageID] = []
        let answered = carrier.answeredIDs
        for id in [original?.messageID].compactMap({ $0 }) + reportedIDs + answered where !ids.contains(id) {
            ids.append(id)
        }
        self.init(
            form: form, isForwarded: isForwarded, isFromMailSystem: isFromMailSystem,
            reportingMTA: reportingMTA,
            originalEnvelopeID: originalEnvelopeID,
            arrivalDate: arrivalDate, recipients: recipients, original: original,
            messageIDs: Array(ids.prefix(20)))
    }

    /// Some servers quote the header section in their words instead of giving it a part.
    private static func quoted(_ part: IncomingMessage.Part?) -> Original? {
        part.flatMap { NoticeText($0).original }.flatMap(Original.init)
    }
}
