/// A point that an attempt passes on its way, told as it happens: the phases, and what lies between them.
package enum TransactionMoment: Sendable, Hashable {
    /// About to begin: `data` comes before the DATA command goes out, `body` after its 354 was read. Commands that
    /// go out in one write (RFC 2920) are told one after the other before it, so what is told may be ahead of what
    /// `Transaction.phase` says, which follows the replies.
    case phase(Phase)
    /// About half of the mail data, or more of a short one, was handed to the socket; the last octets were not.
    case halfOfBodySent
    /// The last octets of the mail data were handed to the socket.
    case finalDotSent
    /// The reply to the final dot was read, whatever it says.
    case finalDotAnswered
}
