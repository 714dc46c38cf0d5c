/// What one message from the client asks of whoever holds the connection.
package enum Reaction: Sendable {
    case silence
    case answer(Answer)
    /// To be run beside the reading of further messages; `Session.settle` says whether its answer is still wanted.
    case call(Call)
    /// Stops the call with that serial number.
    case cancel(serial: Int)
    /// All answers go out together as one array, or nothing when there are none (2025-03-26 alone).
    case batch([Reaction])
}
