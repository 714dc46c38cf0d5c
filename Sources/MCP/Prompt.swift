package import JSON

/// A message or two that a person may have a client fill in and put before the model.
package struct Prompt: Sendable {
    package typealias Complete =
        @Sendable (_ argument: String, _ value: String, _ context: [String: String]) async -> Completion

    /// `Prompt` in the newest form: name, title, description, arguments, icons.
    package let definition: JSON.Object
    /// Runs once the arguments that the definition requires are there.
    package let get: @Sendable (PromptCall) async throws(ProtocolError) -> PromptOutcome
    package let complete: Complete?

    package init(
        definition: JSON.Object, complete: Complete? = nil,
        get: @escaping @Sendable (PromptCall) async throws(ProtocolError) -> PromptOutcome
    ) {
        self.definition = definition
        self.complete = complete
        self.get = get
    }

    /// The `name` of the definition, empty when it has none.
    package var name: String { definition["name"]?.string ?? "" }
}

/// How one round of `prompts/get` ends.
package enum PromptOutcome: Sendable {
    /// `PromptMessage` objects, `{role, content}`.
    case messages([JSON], description: String?)
    case ask(Questions)
}
