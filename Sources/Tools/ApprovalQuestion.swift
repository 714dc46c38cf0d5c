import JSON
import MCP
import Mail
import Sending
import Store

/// The question to the person in front of the client whether a held send may leave, and what the answer does.
///
/// The send is on record before anybody is asked. The question carries its id and the digest of its content, and a
/// yes takes it out of `held` once: neither a repeated nor an altered answer sends anything.
struct ApprovalQuestion: Sendable {
    private let id: SendID
    private let content: String
    private let send: SendRecord?

    private static let key = "approval"
    private static let person = "the user whom the client asked"

    init(about send: SendRecord, _ service: SendingService) throws(Failure) {
        id = send.id
        content = try service.content(of: send.id)
        self.send = send
    }

    /// What came back with an answer; nil when the state is none of this kind.
    init?(_ state: JSON?) {
        guard let id = state?["id"]?.string.flatMap(SendID.init), let content = state?["content"]?.string
        else { return nil }
        self.id = id
        self.content = content
        send = nil
    }

    /// - Parameter files: the names of the attachments.
    func questions(files: [String]) -> Questions {
        var text = "An agent wants to send this email. May it leave?\n\n"
        if let send { text += ApprovalText.text(of: send, attachments: files) }
        return Questions(
            [(Self.key, .form(message: text, schema: Self.schema))],
            state: ["id": .string(id.text), "content": .string(content)])
    }

    private static let schema: JSON.Object = [
        "type": "object",
        "properties": [
            "decision": [
                "type": "string", "title": "Decision", "enum": ["send", "do_not_send"],
                "description": "send lets exactly this email go out, once.",
            ]
        ],
        "required": ["decision"],
    ]

    /// What the answer of this round leads to: decline, cancel and silence never send.
    func outcome(
        _ call: ToolCall, files: [String], _ service: SendingService, wait: Duration, _ stages: Stages
    ) async throws(Failure) -> ToolOutcome {
        let standing = try await service.track(.id(id), wait: .zero).send
        // Decided before: by an earlier copy of this answer, or by somebody on the command line.
        if standing.state != .held { return .result(stages.result(standing, service.left(for: standing))) }
        guard let answer = call.answers[Self.key] else {
            return .ask(try ApprovalQuestion(about: standing, service).questions(files: files))
        }
        switch (answer["action"], answer["content"]?["decision"]) {
        case ("accept", "send"):
            let history = try await service.approve(
                id, content: content, by: Self.person, wait: wait, progress: stages.hear)
            return .result(stages.result(history.send, service.left(for: history.send)))
        case ("accept", "do_not_send"), ("decline", _):
            return .result(stages.result(try await service.deny(id, by: Self.person).send))
        default: return .result(stages.result(standing, service.left(for: standing)))
        }
    }
}
