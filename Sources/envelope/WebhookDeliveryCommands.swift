import ArgumentParser
import JSON
import Mail
import Sending
import Store

struct WebhookDeliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "Show what webhooks were or will be told, newest first.")

    @OptionGroup var options: SettingsOptions
    @Option(name: .customLong("of"), help: ArgumentHelp("Only of this webhook.", valueName: "wh_…"))
    var webhook: String?
    @Option(help: ArgumentHelp("pending, delivered or dead.", valueName: "state")) var state: String?
    @Option(help: ArgumentHelp("At most; 50 by default.", valueName: "number")) var limit = 50
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let wanted = try state.map { text in
            guard let state = WebhookDelivery.State(rawValue: text) else {
                throw ValidationError(
                    "A delivery is pending, delivered or dead, not \(text.debugDescription).")
            }
            return state
        }
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is from 1 to 1000.") }
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let all = try service.webhookDeliveries(of: webhook, state: wanted, limit: limit)
            let lines = all.map { delivery in
                let last = delivery.last.map { "  \($0.error ?? "\($0.status ?? 0)")" } ?? ""
                return "\(delivery.messageID)  \(delivery.webhook)  \(delivery.kind.rawValue)  "
                    + "\(delivery.state.rawValue)  tries: \(delivery.attempts)\(last)"
            }
            return (
                lines.isEmpty ? "There is no delivery." : lines.joined(separator: "\n"),
                ["deliveries": .array(all.map { .object(.delivery($0)) })], .done
            )
        }
    }
}

struct WebhookReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Tell it again, under the same id.",
        discussion: "One delivery, whatever became of it, or every dead one.")

    @OptionGroup var options: SettingsOptions
    @Argument(help: "msg_…") var id: String?
    @Flag(help: "Every dead delivery.") var dead = false
    @Option(name: .customLong("of"), help: ArgumentHelp("Only of this webhook.", valueName: "wh_…"))
    var webhook: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if (id == nil) != dead { throw ValidationError("Name one delivery, or give --dead.") }
    }

    func run() async throws {
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let count = try await service.replay(messageID: id, webhook: webhook)
            if let id, count == 0 { throw .noDelivery(id) }
            return (
                "\(count) \(count == 1 ? "delivery is" : "deliveries are") told again.",
                ["replayed": .integer(Int64(count))], .done
            )
        }
    }
}

extension Failure {
    fileprivate static func noDelivery(_ id: String) -> Failure {
        Failure(
            .notFound, "There is no settled delivery \(Reply.printable(id, limit: 60)).",
            hint: "`envelope webhooks deliveries` shows them; a pending one is told by itself.", field: "id")
    }
}

extension JSON.Object {
    static func webhook(_ webhook: Webhook) -> JSON.Object {
        var object: JSON.Object = [
            "id": .string(webhook.id), "url": .string(webhook.url),
            "events": .array(webhook.events.map { .string($0.rawValue) }),
            "hears": .string(webhook.hearing.rawValue), "created_at": .string(webhook.createdAt.rfc3339),
        ]
        if let disabled = webhook.disabled {
            object["disabled_at"] = .string(disabled.at.rfc3339)
            object["disabled_because"] = .string(disabled.reason)
        }
        return object
    }

    fileprivate static func delivery(_ delivery: WebhookDelivery) -> JSON.Object {
        var object: JSON.Object = [
            "id": .string(delivery.messageID), "webhook": .string(delivery.webhook),
            "send": .string(delivery.send.text), "type": .string("send." + delivery.kind.rawValue),
            "state": .string(delivery.state.rawValue), "attempts": .integer(Int64(delivery.attempts)),
            "created_at": .string(delivery.createdAt.rfc3339),
        ]
        object["due_at"] = delivery.dueAt.map { .string($0.rfc3339) }
        object["settled_at"] = delivery.settledAt.map { .string($0.rfc3339) }
        object["last_at"] = (delivery.last?.at).map { .string($0.rfc3339) }
        object["last_status"] = (delivery.last?.status).map { .integer(Int64($0)) }
        object["last_error"] = (delivery.last?.error).map(JSON.string)
        return object
    }
}
