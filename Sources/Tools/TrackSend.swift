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
        // No send has an empty one.
        let given = ["id", "message_id", "idempotency_key"].filter { arguments.string($0)?.isEmpty == false }
        switch given {
        case ["id"]: return .id(try arguments.sendID())
        case ["message_id"]:
            if let messageID = try messageID(arguments) { return .messageID(messageID) }
        case ["idempotency_key"]:
            if let key = arguments.string("idempotency_key") { return .idempotencyKey(key) }
        case []: break
        default:
            let names = given.map { "`\($0)`" }.joined(separator: " and ")
            throw Failure(
                .invalidRequest, "track_send takes one key, and got \(names).",
                hint: "Give only `\(given[0])`.", field: "id")
        }
        throw Failure(
            .invalidRequest, "track_send needs one of `id`, `message_id` and `idempotency_key`.",
            hint: "Give the id that send_email returned, the Message-ID, or the key it was sent with.",
            field: "id")
    }

    private func messageID(_ arguments: Arguments) throws(Failure) -> MessageID? {
        do {
            return try arguments.parsed("message_id", MessageID.init(parsing:))
        } catch {
            throw Failure(
                error.code, error.message,
                hint: "Give the `message_id` of a send, as in <left@right>; the id of a send goes into `id`.",
                field: error.field)
        }
    }
}

extension Arguments {
    /// The argument `id`, which the schema requires or the caller has found to be there.
    func sendID() throws(Failure) -> SendID {
        let text = string("id") ?? ""
        if let id = SendID(text) { return id }
        throw Failure(
            .invalidRequest, "`id` is not the id of a send: \(text.prefix(60).debugDescription).",
            hint:
                "An id looks like 019ac0de-0000-7000-8000-000000000000; take it from send_email or list_sends.",
            field: "id")
    }
}
