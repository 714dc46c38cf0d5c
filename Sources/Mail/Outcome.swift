/// What became of the message for one recipient, as far as the submission server's replies say.
package enum Outcome: String, Sendable, CaseIterable, Codable {
    case pending
    /// 2yz to RCPT and to the final dot: the server took it. Not "delivered": only a DSN can say that.
    case accepted
    /// 4yz, or a fault before the final dot: not taken, worth another try.
    case deferred
    /// 5yz: not taken, and another try would get the same answer.
    case rejected
    /// The final dot may have left and no reply came: nobody can know.
    case unconfirmed
    /// The transaction ended before this recipient mattered, and will not be tried again.
    case notAttempted = "not_attempted"
    case bounced
    case delivered
}
