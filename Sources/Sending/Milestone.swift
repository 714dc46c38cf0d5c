/// A named moment on the way of one message, where a test can stop the process.
package enum Milestone: String, Sendable, CaseIterable {
    /// Recorded; nobody holds the id yet.
    case afterInsert = "after_insert"
    case afterClaim = "after_claim"
    case connecting, mail, rcpt
    /// DATA is about to go out.
    case data
    /// 354 was read.
    case body
    case bodyHalf = "body_half"
    /// Before the commit that says: at the final dot.
    case atGate = "at_gate"
    /// Committed; the last octets have not gone out.
    case afterGate = "after_gate"
    case dotSent = "dot_sent"
    case replyRead = "reply_read"
    case beforeSettle = "before_settle"
    case afterSettle = "after_settle"
}
