extension DeliveryReport {
    /// The fields of a `message/delivery-status` part (RFC 3464 §2), read as servers write them.
    ///
    /// Empty lines should part the groups. They are missing, or stand within a group, often enough that the
    /// names of the fields decide: a recipient begins where one comes again.
    struct Fields {
        private(set) var reportingMTA: String?
        private(set) var originalEnvelopeID: String?
        private(set) var arrivalDate: Timestamp?
        private(set) var messageIDs: [MessageID] = []
        private(set) var recipients: [Recipient] = []
        private var group = Group()
        private var isBehindEmptyLine = false

        static let maximumOctets = 512 * 1024

        init(_ octets: ArraySlice<UInt8>) {
            var rest = octets.prefix(Self.maximumOctets)
            while !rest.isEmpty, recipients.count < DeliveryReport.maximumRecipients {
                for field in MessageFields(reading: &rest).all { take(field) }
                isBehindEmptyLine = true
            }
            endGroup()
        }

        private mutating func take(_ field: MessageFields.Field) {
            let value = field.value
            switch field.name {
            case "reporting-mta": reportingMTA = reportingMTA ?? Self.host(value)
            case "original-envelope-id":
                originalEnvelopeID = originalEnvelopeID ?? Reply.printable(value, limit: 100)
            case "arrival-date": arrivalDate = arrivalDate ?? Timestamp(messageDate: value)
            case "x-original-message-id", "original-message-id":
                messageIDs += MessageID.found(in: value, limit: 1)
            case "original-recipient", "final-recipient", "x-actual-recipient", "action", "status",
                "diagnostic-code", "remote-mta", "last-attempt-date", "will-retry-until":
                if group.ends(before: field.name, isBehindEmptyLine: isBehindEmptyLine) { endGroup() }
                if group.values[field.name] == nil { group.values[field.name] = value }
                isBehindEmptyLine = false
            default: break
            }
        }

        private mutating func endGroup() {
            if let recipient = group.recipient, recipients.count < DeliveryReport.maximumRecipients {
                recipients.append(recipient)
            }
            group = Group()
        }

        /// `dns; mx.example.com (192.0.2.1)`: the first word behind the type.
        fileprivate static func host(_ value: String) -> String? {
            let host = value.typed.text.utf8.prefix { $0 != 0x20 }.asText
            return host.isEmpty ? nil : Reply.printable(host, limit: 255)
        }
    }

    private struct Group {
        var values: [String: String] = [:]

        private static let names = ["original-recipient", "final-recipient", "x-actual-recipient"]

        /// True when this field is of the next recipient. Some servers name the recipient first, some last.
        func ends(before field: String, isBehindEmptyLine: Bool) -> Bool {
            let isNew = values[field] == nil
            guard isBehindEmptyLine else {
                return !isNew && (Self.names.contains(field) || field == "action" || field == "status")
            }
            return !isNew || Self.names.contains(field) && Self.names.contains { values[$0] != nil }
        }

        /// Nil where no one is named or nothing is said of him.
        var recipient: Recipient? {
            let original = values["original-recipient"].flatMap { Name(parsing: $0) }
            let final = (values["final-recipient"] ?? values["x-actual-recipient"]).flatMap {
                Name(parsing: $0)
            }
            let diagnostic = values["diagnostic-code"].flatMap { Diagnostic(parsing: $0) }
            // `5.1.1`, `5.1.1 (unknown)` and `failed (5.1.1)` all occur.
            let status = values["status"].flatMap { SpokenCodes($0).enhanced }
            let said = status?.class ?? diagnostic?.enhanced?.class ?? diagnostic?.code.map { $0 / 100 }
            guard original != nil || final != nil,
                let action = values["action"].flatMap({ Recipient.Action(parsing: $0) })
                    ?? Recipient.Action(class: said)
            else { return nil }
            return Recipient(
                original: original, final: final, action: action, reportedStatus: status,
                diagnostic: diagnostic,
                remoteMTA: values["remote-mta"].flatMap { Fields.host($0) },
                lastAttempt: values["last-attempt-date"].flatMap { Timestamp(messageDate: $0) },
                willRetryUntil: values["will-retry-until"].flatMap { Timestamp(messageDate: $0) })
        }
    }
}
