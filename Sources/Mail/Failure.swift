/// The one shape of everything that can go wrong: a closed code, a sentence for a person, a hint for an agent.
package struct Failure: Error, Hashable, Sendable, Codable {
    /// The closed list; `category` and the statuses of every face follow from it.
    package enum Code: String, Sendable, CaseIterable, Codable {
        case invalidRequest = "invalid_request"
        case invalidAddress = "invalid_address"
        case invalidAttachment = "invalid_attachment"
        case unknownAccount = "unknown_account"
        case senderNotAllowed = "sender_not_allowed"
        case recipientNotAllowed = "recipient_not_allowed"
        case rateLimited = "rate_limited"
        case duplicateSend = "duplicate_send"
        case idempotencyConflict = "idempotency_conflict"
        case notFound = "not_found"
        case notCancellable = "not_cancellable"
        case noAccountConfigured = "no_account_configured"
        case authFailed = "auth_failed"
        case oauthRequired = "oauth_required"
        case tlsFailed = "tls_failed"
        case connectionFailed = "connection_failed"
        case timeout
        case senderRejected = "sender_rejected"
        case recipientRejected = "recipient_rejected"
        case messageRejected = "message_rejected"
        case messageTooLarge = "message_too_large"
        case mailboxFull = "mailbox_full"
        case quotaExceeded = "quota_exceeded"
        case deferred
        case expired
        case cancelled
        case denied
        case unconfirmed
        case `internal`
    }

    /// The reply behind a failure: the server's words, with where they were said.
    package struct SMTP: Hashable, Sendable, Codable {
        package let code: Int
        package let enhanced: EnhancedStatusCode?
        package let phase: Phase
        package let text: String

        package init(_ reply: Reply, in phase: Phase) {
            self.code = reply.code
            self.enhanced = reply.enhanced
            self.phase = phase
            self.text = reply.text
        }
    }

    package let code: Code
    /// What happened, in one sentence.
    package let message: String
    /// What to change, exactly.
    package let hint: String
    /// True when the same request may succeed later without a change.
    package let retryable: Bool
    /// True when nobody can know whether the server took the message.
    package let mayHaveBeenDelivered: Bool
    /// The argument at fault, as the caller named it (`to[1]`, `attachments[0].path`).
    package let field: String?
    /// How far the attempt got, when there was one.
    package let phase: Phase?
    package let smtp: SMTP?
    /// Seconds after which the same request may succeed; nil where nobody knows.
    package let retryAfter: Int?

    package init(
        _ code: Code, _ message: String, hint: String, retryable: Bool = false,
        mayHaveBeenDelivered: Bool = false, field: String? = nil, phase: Phase? = nil, smtp: SMTP? = nil,
        retryAfter: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.retryable = retryable
        self.mayHaveBeenDelivered = mayHaveBeenDelivered
        self.field = field
        self.phase = phase
        self.smtp = smtp
        self.retryAfter = retryAfter
    }
}

/// For logs.
extension Failure: CustomStringConvertible {
    package var description: String { "\(message) \(hint)" }
}

extension Failure.Code {
    /// What kind of thing has to change: `request`, `policy`, `account`, `connection`, `recipient`, `message`,
    /// `delivery` or `internal`.
    package var category: String {
        switch self {
        case .invalidRequest, .invalidAddress, .invalidAttachment, .notFound, .notCancellable, .duplicateSend,
            .idempotencyConflict:
            "request"
        case .senderNotAllowed, .recipientNotAllowed, .rateLimited: "policy"
        case .unknownAccount, .noAccountConfigured, .authFailed, .oauthRequired, .senderRejected,
            .quotaExceeded:
            "account"
        case .tlsFailed, .connectionFailed, .timeout: "connection"
        case .recipientRejected, .mailboxFull: "recipient"
        case .messageRejected, .messageTooLarge: "message"
        case .deferred, .expired, .cancelled, .denied, .unconfirmed: "delivery"
        case .internal: "internal"
        }
    }
}

extension Failure {
    /// The final dot may have left and no reply came (RFC 5321 §4.5.4): the one failure that must not be retried
    /// although nothing is known to be wrong.
    ///
    /// - Parameter reason: what ended the wait for the reply, as a clause.
    package static func unconfirmed(because reason: String) -> Failure {
        Failure(
            .unconfirmed, "The message may or may not have been taken by the server: \(reason).",
            hint:
                "Do not send it again by yourself: it may have arrived. Look into the Sent folder or ask the"
                + " recipient, then send again only if it is certain that it did not arrive.",
            mayHaveBeenDelivered: true, phase: .finalDot)
    }
}
