import JSON
import MCP

extension Tool {
    /// Tools for the rules of asking in rounds: what comes back, what does not, and what was tampered with.
    static let rounds: [Tool] = [
        rounds("test_input_required_result_elicitation", "Asks for a name.", needs: ["elicitation"]) { call in
            switch Form.name.answer(in: call.answers) {
            case .missing: .ask(Questions([Form.name.question]))
            case .refused: .text("Hello, stranger!")
            case .given(let name): .text("Hello, \(name)!")
            }
        },
        rounds("test_input_required_result_sampling", "Asks the model for a capital.", needs: ["sampling"]) {
            call in
            guard let answer = call.answers["capital_question"] else {
                return .ask(Questions([("capital_question", .sample("What is the capital of France?"))]))
            }
            return .text(answer.sampledText ?? "The model said nothing.")
        },
        rounds("test_input_required_result_list_roots", "Asks for the roots.", needs: ["roots"]) { call in
            guard let answer = call.answers["client_roots"] else {
                return .ask(Questions([("client_roots", .roots)]))
            }
            let uris = (answer["roots"]?.array ?? []).compactMap { $0["uri"]?.string }
            return .text("Roots: \(uris.joined(separator: ", "))")
        },
        rounds(
            "test_input_required_result_request_state", "Wants its state back.", needs: ["elicitation"]
        ) { call in
            let state: JSON = ["purpose": "request-state"]
            if Form.confirm.answer(in: call.answers) == .missing {
                return .ask(Questions([Form.confirm.question], state: state))
            }
            return .text(call.state == state ? "state-ok" : "state-lost")
        },
        rounds(
            "test_input_required_result_tampered_state", "Wants its state back unchanged.",
            needs: ["elicitation"]
        ) { call in
            if Form.confirm.answer(in: call.answers) == .missing {
                return .ask(Questions([Form.confirm.question], state: "as it was"))
            }
            return .text(call.state == "as it was" ? "untampered" : "tampered")
        },
        rounds(
            "test_input_required_result_multiple_inputs", "Asks three things at once.",
            needs: ["elicitation", "sampling", "roots"]
        ) { call in
            let questions = [
                Form.name.question, ("greeting", .sample("Generate a greeting", tokens: 50)),
                ("client_roots", .roots),
            ]
            guard case .given(let name) = Form.name.answer(in: call.answers),
                let greeting = call.answers["greeting"], let roots = call.answers["client_roots"]
            else { return .ask(Questions(questions, state: "three questions")) }
            let count = roots["roots"]?.array?.count ?? 0
            return .text("\(greeting.sampledText ?? "Hello") \(name), \(count) root(s)")
        },
        rounds(
            "test_input_required_result_multi_round", "Asks a second thing after the first.",
            needs: ["elicitation"]
        ) { call in
            if let name = call.state?["name"]?.string {
                switch second.answer(in: call.answers) {
                case .missing: return .ask(Questions([second.question], state: call.state))
                case .refused: return .text("\(name) has no favorite color.")
                case .given(let color): return .text("\(name) likes \(color).")
                }
            }
            switch first.answer(in: call.answers) {
            case .missing: return .ask(Questions([first.question], state: ["step": 1]))
            case .refused: return .text("Nobody is there.")
            case .given(let name):
                return .ask(Questions([second.question], state: ["step": 2, "name": .string(name)]))
            }
        },
        rounds("test_input_required_result_capabilities", "Asks what the client can be asked.") { call in
            let possible: [(key: String, request: InputRequest)] = [
                Form.name.question, ("greeting", .sample("Generate a greeting")), ("client_roots", .roots),
            ].filter { question in
                call.client.can(String(question.request.method.prefix { $0 != "/" }))
            }
            if possible.isEmpty { return .text("This client can be asked nothing.") }
            if call.answers.isEmpty { return .ask(Questions(possible)) }
            return .text("Asked for: \(call.answers.keys.sorted().joined(separator: ", "))")
        },
        rounds("test_missing_capability", "Needs sampling, but does not use it.", needs: ["sampling"]) { _ in
            .text("This client has sampling.")
        },
        rounds("test_streaming_elicitation", "Asks while it reports progress.", needs: ["elicitation"]) {
            call in
            call.progress?(1, 2, "About to ask")
            return Form.confirm.answer(in: call.answers) == .missing
                ? .ask(Questions([Form.confirm.question])) : .text("Answered.")
        },
    ]

    private static let first = Form(key: "step1", message: "Step 1: What is your name?", property: "name")
    private static let second = Form(
        key: "step2", message: "Step 2: What is your favorite color?", property: "color")

    private static func rounds(
        _ name: String, _ description: String, needs capabilities: [String] = [],
        run: @escaping @Sendable (ToolCall) async -> ToolOutcome
    ) -> Tool {
        Tool(
            definition: definition(name, description),
            asking: { call in
                let missing = capabilities.filter { !call.client.can($0) }
                if missing.isEmpty { return await run(call) }
                return .refused(.missingCapabilities(JSON.Object(missing.map { ($0, [:]) })))
            })
    }
}

extension ToolOutcome {
    fileprivate static func text(_ text: String) -> ToolOutcome { .result(ToolResult(text: text)) }
}
