/// What one message from the client asks of whoever holds the connection.
package enum Reaction: Sendable {
    case silence
    case answer(Answer)
    /// To be run beside the reading of further messages; `Session.settle` says whether its answer is still wanted.
    case call(Call)
    /// Stops the call with that serial number.
    case cancel(serial: Int)
    /// The answer goes out at once; then the call, which has none of its own, tells of changes until it is stopped.
    case subscribe(Answer, Call)
    /// The answer goes out, and the call with that serial number, if any, stops.
    case unsubscribe(Answer, serial: Int?)
    /// All answers go out together as one array, or nothing when there are none (2025-03-26 alone).
    case batch([Reaction])
}
