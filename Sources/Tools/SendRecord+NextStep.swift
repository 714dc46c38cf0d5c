import Mail
import Store

extension SendRecord {
    /// What an agent should do now, in one or two sentences.
    var nextStep: String { (isSandbox ? "Sandbox: nothing left this machine. " : "") + step }

    private var step: String {
        switch state {
        case .accepted: "Done: the server accepted it. Do not send it again."
        case .partial:
            "The server accepted it for some recipients; the others are in `warnings`. Correct those addresses and"
                + " send to them alone, not to the ones that have it."
        case .ready, .sending:
            "It is being sent. Call track_send with this id in a few seconds; do not send it again."
        case .scheduled: "It will be sent at \(nextAttemptAt?.rfc3339 ?? "its time"). Do not send it again."
        case .held:
            "It waits for a person or a limit. Call track_send with this id later; do not send it again."
        case .deferred:
            "The server did not take it yet; it is tried again at \(nextAttemptAt?.rfc3339 ?? "a later time"). Call"
                + " track_send with this id after that; do not send it again."
        case .unconfirmed:
            "Do not send it again: it may have arrived. Ask the user to look into the Sent folder or to ask the"
                + " recipient."
        case .rejected, .expired:
            failure.map { $0.retryable ? "\($0.hint) Then send it again." : $0.hint }
                ?? "Send it again with what was wrong put right."
        case .cancelled, .denied:
            "It was stopped on purpose. Do not send it again unless the user asks for it."
        }
    }
}
