package import JSON

/// One use of a prompt.
package struct PromptCall: Sendable {
    package let name: String
    package let arguments: [String: String]
    package let client: Client
    /// What the client answered to the questions of the round before, by key; empty in the first round.
    package let answers: [String: JSON.Object]
    /// What came with those questions.
    package let state: JSON?
    package let trace: TraceContext?
    /// Who asks: `stdio`, or the identity behind the credentials over HTTP.
    package let principal: String

    package init(
        name: String, arguments: [String: String] = [:], client: Client = Client(revision: .july2026),
        answers: [String: JSON.Object] = [:], state: JSON? = nil, trace: TraceContext? = nil,
        principal: String = "stdio"
    ) {
        self.name = name
        self.arguments = arguments
        self.client = client
        self.answers = answers
        self.state = state
        self.trace = trace
        self.principal = principal
    }
}
