/// What one mail transaction said and how it ended: the facts, without a judgement (RFC 5321 §3.3).
///
/// `outcome(for:)` and `failure` compute the judgement from it, purely.
package struct Transaction: Sendable, Hashable {
    /// One forward-path and the reply to its RCPT; nil when none came.
    package struct Recipient: Sendable, Hashable {
        package let address: Address
        package var reply: Reply?

        package init(address: Address, reply: Reply? = nil) {
            self.address = address
            self.reply = reply
        }
    }

    /// The last phase entered.
    package var phase: Phase
    /// A refusal before MAIL: the banner, EHLO, STARTTLS or AUTH.
    package var sessionRefusal: Reply?
    package var mail: Reply?
    package var recipients: [Recipient]
    /// The reply to DATA itself: 354, or a refusal.
    package var data: Reply?
    /// The reply to the final dot.
    package var finalDot: Reply?
    /// True once one of the last octets of the mail data was handed to the socket.
    package var finalDotMayHaveLeft: Bool
    /// Set when it did not end by a reply.
    package var fault: TransportFault?
    /// True when an earlier transaction of the same message was accepted for others, or may have been.
    package var othersMayHaveIt = false
    /// What to do about a refused login, exactly, where that depends on the account; nil where the reply says it.
    package var loginAdvice: String?
    /// Commands and replies in order, credentials and mail data struck out, untrusted text made printable.
    package var conversation: [String]

    package init(forwardPaths: [Address]) {
        self.phase = .resolve
        self.recipients = forwardPaths.map { Recipient(address: $0) }
        self.finalDotMayHaveLeft = false
        self.conversation = []
    }
}

/// Why a transaction ended without a reply that ends it.
package struct TransportFault: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable, Codable {
        /// The name has no address, or no resolver answered.
        case resolveFailed = "resolve_failed"
        case connectFailed = "connect_failed"
        /// Handshake, certificate or host name; also STARTTLS missing where it is required.
        case tlsFailed = "tls_failed"
        /// A password or token is set and the server offers no AUTH (or no mechanism that we may use).
        case authUnavailable = "auth_unavailable"
        /// The account's password or token could not be read, so no connection was made.
        case secretUnreadable = "secret_unreadable"
        /// The account logs in by OAuth 2.0, and only a person can bring its login back.
        case signInNeeded = "sign_in_needed"
        /// The account's access token could not be renewed now.
        case tokenUnavailable = "token_unavailable"
        case timedOut = "timed_out"
        /// The line ended or was reset.
        case lineLost = "line_lost"
        /// The server said something that is not SMTP.
        case protocolError = "protocol_error"
        /// An address needs SMTPUTF8 (RFC 6531), which the server does not offer.
        case smtputf8Unavailable = "smtputf8_unavailable"
        /// The mail data has 8-bit octets and the server does not offer 8BITMIME (RFC 6152).
        case eightBitUnavailable = "8bitmime_unavailable"
        /// The mail data is larger than the server's SIZE (RFC 1870); never sent.
        case sizeExceeded = "size_exceeded"
        /// Stopped by us before the final dot.
        case cancelled
        /// The gate did not open: the attempt could not be recorded, so nothing was sent.
        case gateClosed = "gate_closed"
        /// A plain connection to a server that is not on loopback, which the settings do not allow.
        case plainNotAllowed = "plain_not_allowed"
    }

    package let kind: Kind
    /// What the system said, for a person: one printable line, no credentials.
    package let detail: String
    /// The C name of libcurl's code (`CURLE_PEER_FAILED_VERIFICATION`), where there is one.
    package let curlCode: String?
    /// The server's SIZE in octets, with `sizeExceeded`.
    package let limit: Int?
    /// What to change, exactly, where that depends on the account; nil where the kind says it.
    package let advice: String?

    package init(
        _ kind: Kind, detail: String, curlCode: String? = nil, limit: Int? = nil, advice: String? = nil
    ) {
        self.advice = advice
        self.kind = kind
        self.detail = detail
        self.curlCode = curlCode
        self.limit = limit
    }
}
