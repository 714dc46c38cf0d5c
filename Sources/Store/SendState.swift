/// What a caller decides by: a send is under way, was taken by the server, or ended without.
package enum SendStatus: String, Sendable, CaseIterable, Codable {
    case queued, sent, failed
}

/// Where a send stands, finer than its status and implying it.
package enum SendState: String, Sendable, CaseIterable, Codable {
    /// Due at once; a dispatcher moves it to `sending`.
    case ready
    /// Due at a later time that the caller chose.
    case scheduled
    /// Waits for a person, a limit or a paused account.
    case held
    /// Claimed: an attempt is under way in the process that owns it.
    case sending
    /// The last attempt did not succeed and another is due at `next_attempt_at`.
    case deferred

    /// 2yz to the final dot, for every recipient.
    case accepted
    /// 2yz to the final dot, for some recipients; the others are refused for good.
    case partial

    /// Refused for good, for every recipient.
    case rejected
    /// The give-up time passed.
    case expired
    case cancelled
    /// A person said no.
    case denied
    /// The final dot may have left and no reply came; never resent by itself.
    case unconfirmed

    package var status: SendStatus {
        switch self {
        case .ready, .scheduled, .held, .sending, .deferred: .queued
        case .accepted, .partial: .sent
        case .rejected, .expired, .cancelled, .denied, .unconfirmed: .failed
        }
    }

    /// The states this one may become; the database holds the same table and refuses every other move.
    package var moves: Set<SendState> {
        switch self {
        case .scheduled: [.sending, .held, .cancelled, .expired]
        // `partial`: given up or cancelled for those who are still open, after others were accepted. `unconfirmed`: the
        // same, after an attempt that may have delivered it.
        case .ready, .deferred: [.sending, .held, .cancelled, .expired, .partial, .unconfirmed]
        case .held: [.ready, .scheduled, .denied, .cancelled, .expired]
        // `ready`: released before the gate, by its owner or because the owner died.
        case .sending:
            [.ready, .held, .deferred, .accepted, .partial, .rejected, .expired, .cancelled, .unconfirmed]
        // Evidence found later is the one way from failed to sent; `ready`: a person says so, knowing the risk.
        case .unconfirmed: [.accepted, .partial, .ready]
        // `ready`: a person asks for another try.
        case .rejected: [.ready]
        // `scheduled`: its time is still to come.
        case .expired, .cancelled, .denied: [.ready, .scheduled]
        case .accepted, .partial: []
        }
    }
}

/// What is known after the server took a message.
package enum Delivery: String, Sendable, CaseIterable, Codable {
    case unknown
    case inSentFolder = "in_sent_folder"
    case delivered, delayed, bounced
}
