import JSON
import MCP

/// A question for one text, and how to read what came back.
struct Form: Sendable {
    let key: String
    let message: String
    /// The one property that the form has.
    let property: String
    var type = "string"

    static let context = Form(
        key: "user_context", message: "What context should the prompt use?", property: "context")
    static let name = Form(key: "user_name", message: "What is your name?", property: "name")
    static let confirm = Form(key: "confirm", message: "Please confirm", property: "ok", type: "boolean")

    enum Answer: Equatable {
        /// Also when it is not of the kind that was asked for: then it is asked again.
        case missing
        case refused
        /// The value as text.
        case given(String)
    }

    var question: (key: String, request: InputRequest) {
        let schema: JSON.Object = [
            "type": "object", "properties": .object([property: ["type": .string(type)]]),
            "required": [.string(property)],
        ]
        return (key, .form(message: message, schema: schema))
    }

    func answer(in answers: [String: JSON.Object]) -> Answer {
        guard let answer = answers[key] else { return .missing }
        guard answer["action"] == "accept" else { return .refused }
        let value = answer["content"]?[property]
        if type == "boolean" { return value?.bool.map { .given(String($0)) } ?? .missing }
        return value?.string.map(Answer.given) ?? .missing
    }
}
