package import Mail

/// One thing that happened to a send; written in the transaction that made it true.
package struct SendEvent: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable, Codable {
        case created, deduplicated, scheduled, held, approved, denied
        case attemptStarted = "attempt_started"
        case released, retried
        case deferred, accepted, partial, rejected, unconfirmed, reconciled, expired, cancelled
        case sentCopySaved = "sent_copy_saved"
        case sentCopyFound = "sent_copy_found"
        case delivered, delayed, bounced, replied
    }

    package let at: Timestamp
    package let kind: Kind
    /// A short sentence for a person, where the kind alone does not say it.
    package let detail: String?
    /// Of an answer: whether a machine wrote it. Nil for every other kind.
    package let isAutomatic: Bool?

    package init(at: Timestamp, kind: Kind, detail: String? = nil, isAutomatic: Bool? = nil) {
        self.at = at
        self.kind = kind
        self.detail = detail
        self.isAutomatic = isAutomatic
    }
}
