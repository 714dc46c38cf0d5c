import JSON

/// A request that has been understood and waits to be run.
package struct Call: Sendable {
    package enum Kind: Sendable {
        case request
        /// `subscriptions/listen`: runs until it is stopped, and then has its answer.
        case listening
        /// `resources/subscribe`: runs until it is stopped, without an answer.
        case watching
    }

    /// What a handler made of the request.
    struct Output: Sendable {
        let json: JSON
        var isError = false
    }

    package let id: RequestID
    /// Different for every call of a session, unlike the id, which a client may use again.
    package let serial: Int
    package let method: String
    /// Of the tool or the prompt.
    package let name: String?
    package let kind: Kind
    /// True for what only looks something up and is done soon.
    let isLookUp: Bool
    let context: CallContext
    let work: @Sendable (@escaping Notice.Carrier) async throws(ProtocolError) -> Output

    package var revision: Revision { context.revision }

    /// True when notices may come before the answer, so that over HTTP it takes a stream to carry them.
    package var mayNotify: Bool {
        kind != .request || context.progressToken != nil || context.logLevel != nil
            || (!revision.isModern && name != nil
                && ["elicitation", "elicitation.url", "sampling", "roots"]
                    .contains { context.client.can($0) })
    }

    /// What follows the answer of a stream that the server ends, on a wire that outlives it: the specification wants the
    /// cancellation, and clients that know the answer take that for the end.
    var farewell: Notice? {
        if kind != .listening { return nil }
        return Notice("notifications/cancelled", ["requestId": id.json], .must, outlivesCall: true)
    }

    /// Runs to the answer; nil when nobody waits for one. Cancelling the task ends it early: a tool says what became of
    /// it, a stream ends with its result. `notify` takes what is to be said before that.
    package func run(notify: @escaping Notice.Carrier) async -> Answer? {
        let start = ContinuousClock.now
        let answer: Answer
        var isError = false
        do throws(ProtocolError) {
            let output = try await work(notify)
            isError = output.isError
            answer = Answer(to: id, result: output.json)
        } catch {
            isError = true
            answer = Answer(to: id, error: error.known(to: revision))
        }
        let (seconds, attoseconds) = start.duration(to: .now).components
        context.options.observe(
            CallRecord(
                method: method, name: name,
                milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000,
                isError: isError, trace: context.trace))
        return kind == .watching ? nil : answer
    }
}
