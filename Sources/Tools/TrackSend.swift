import JSON
import MCP
import Mail
import Sending
import Store

/// The tool `track_send`: what became of one send.
struct TrackSend: Sendable {
    let definition: Definition
    let service: ServiceSource

    func run(_ given: JSON.Object) async -> ToolResult {
        do throws(Failure) {
            let arguments = try Arguments(given, checkedBy: definition.input)
            let key = try key(arguments)
            let history = try await service().get().track(
                key, wait: arguments.duration("wait_seconds", default: 0))
            return ToolResult(structured: .history(history))
        } catch {
            return .failure(error)
        }
    }

    private func key(_ arguments: Arguments) throws(Failure) -> TrackKey {
        switch (arguments.string("id"), arguments.string("message_id")) {
        case (let text?, nil):
            guard let id = SendID(text) else {
                throw Failure(
                    .invalidRequest, "`id` is not the id of a send: \(text.prefix(60).debugDescription).",
                    hint:
                        "An id looks like 019ac0de-0000-7000-8000-000000000000; take it from send_email or list_sends.",
                    field: "id")
            }
            return .id(id)
        case (nil, .some):
            guard let messageID = try arguments.parsed("message_id", MessageID.init(parsing:)) else {
                fallthrough
            }
            return .messageID(messageID)
        default:
            throw Failure(
                .invalidRequest, "track_send needs one of `id` and `message_id`.",
                hint: "Give the id that send_email returned, or the Message-ID.", field: "id")
        }
    }
}
