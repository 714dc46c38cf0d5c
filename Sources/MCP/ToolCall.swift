package import JSON

/// One use of a tool, or one round of it. It is cancelled by cancelling the task that it runs in.
package struct ToolCall: Sendable {
    package let name: String
    /// Unchecked; empty when the client sent none, or once the tool has let go of them.
    package var arguments: JSON.Object { held.object }
    /// To let go of the arguments.
    package let held: CallArguments
    /// Tells the client how far the call is: progress (which must grow), total, a sentence. Nil unless the client
    /// asked for it; silent once the call has ended.
    package let progress: (@Sendable (Double, Double?, String?) -> Void)?
    package let client: Client
    /// What the client answered to the questions of the round before, by key; empty in the first round. An answer to
    /// `elicitation/create` has an `action` of `accept`, `decline` or `cancel`; its `content` is unchecked. Whatever
    /// the client refused, could not do or left unanswered for too long is `{"action":"cancel"}`.
    package let answers: [String: JSON.Object]
    /// What the tool gave along with those questions. The same state can come back more than once.
    package let state: JSON?
    package let trace: TraceContext?
    /// Who calls: `stdio`, or the identity behind the credentials over HTTP.
    package let principal: String
    /// Tells the client something, where it may be told.
    package let log: @Sendable (LogLevel, JSON) -> Void

    /// With arguments that nobody else holds.
    package init(
        name: String, arguments: JSON.Object, client: Client = Client(revision: .july2026),
        answers: [String: JSON.Object] = [:], state: JSON? = nil
    ) {
        self.init(
            name: name, arguments: CallArguments(arguments), client: client, answers: answers, state: state)
    }

    package init(
        name: String, arguments: CallArguments,
        progress: (@Sendable (Double, Double?, String?) -> Void)? = nil,
        client: Client = Client(revision: .july2026), answers: [String: JSON.Object] = [:],
        state: JSON? = nil,
        trace: TraceContext? = nil, principal: String = "stdio",
        log: @escaping @Sendable (LogLevel, JSON) -> Void = { _, _ in }
    ) {
        self.name = name
        held = arguments
        self.progress = progress
        self.client = client
        self.answers = answers
        self.state = state
        self.trace = trace
        self.principal = principal
        self.log = log
    }
}
