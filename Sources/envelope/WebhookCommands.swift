import ArgumentParser
import JSON
import Mail
import SMTP
import Sending
import Store

/// `envelope webhooks`: who is told of events, and what became of it.
struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks", abstract: "Tell a URL of every event.",
        discussion: """
            Messages are signed as Standard Webhooks says, tried ten times over some
            four days, and go to public addresses alone unless
            ENVELOPE_WEBHOOK_ALLOW_PRIVATE=1. They leave while a server or `drain` runs.
            """,
        subcommands: [
            WebhookAdd.self, WebhookList.self, WebhookRemove.self, WebhookTest.self, WebhookDeliveries.self,
            WebhookReplay.self,
        ])
}

struct WebhookAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a URL; its secret is shown once.",
        discussion: """
            The secret is made, or taken from ENVELOPE_WEBHOOK_SECRET (_FILE, _COMMAND).
            A URL that was switched off because it answered 410 is switched on again.
            """)

    @OptionGroup var options: SettingsOptions
    @Argument(help: "https://…") var url: String
    @Option(
        name: .customLong("event"),
        help: ArgumentHelp("Only these, as accepted or bounced; may be repeated.", valueName: "type"))
    var events: [String] = []
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let kinds = try events.flatMap { $0.split(separator: ",") }.map { word in
            guard let kind = SendEvent.Kind(rawValue: String(word)) else {
                let all = SendEvent.Kind.allCases.map(\.rawValue).joined(separator: " ")
                throw ValidationError(
                    "There is no event \(String(word).debugDescription); there are: \(all).")
            }
            return kind
        }
        let settings = try await Settings(options, environment: Environment.variables)
        let given = try await settings.webhookSecret?.secret().reveal()
        if let given, WebhookSecret(given) == nil {
            throw ValidationError("ENVELOPE_WEBHOOK_SECRET is not whsec_ and Base64 of 24 to 64 octets.")
        }
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let added = try await service.addWebhook(
                url, events: kinds, secret: given.flatMap { WebhookSecret($0) })
            var object = JSON.Object.webhook(added.webhook)
            if given == nil { object["secret"] = .string(added.secret.reveal()) }
            let shown =
                given == nil
                ? "The receiver checks signatures with this secret, which is not shown again:\n\(added.secret.reveal())"
                : "It is signed with the secret that you gave."
            return ("Added \(added.webhook.id).\n\(shown)", object, .done)
        }
    }
}

struct WebhookList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the webhooks.")

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let all = try service.webhookList()
            let lines = all.map { webhook in
                let events = webhook.events.map(\.rawValue).joined(separator: ",")
                let end = webhook.disabled.map { "  off since \($0.at.rfc3339): \($0.reason)" } ?? ""
                return "\(webhook.id)  \(webhook.url)  \(events.isEmpty ? "every event" : events)\(end)"
            }
            return (
                lines.isEmpty ? "There is no webhook." : lines.joined(separator: "\n"),
                ["webhooks": .array(all.map { .object(.webhook($0)) })], .done
            )
        }
    }
}

struct WebhookRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a webhook away, with what waits for it.")

    @OptionGroup var options: SettingsOptions
    @Argument(help: "wh_…") var id: String
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await HouseRun(options, json: json).run { service throws(Failure) in
            try await service.removeWebhook(id)
            return ("Removed \(id).", ["removed": .string(id)], .done)
        }
    }
}

struct WebhookTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Post a signed test message now.",
        discussion: "Exit status: 0 the endpoint answered 2xx, 1 anything else.")

    @OptionGroup var options: SettingsOptions
    @Argument(help: "wh_…") var id: String
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await HouseRun(options, json: json).run { service throws(Failure) in
            switch try await service.testWebhook(id) {
            case .status(let status, _):
                let isTaken = (200..<300).contains(status)
                return (
                    "The endpoint answered \(status).",
                    ["delivered": .bool(isTaken), "status": .integer(Int64(status))],
                    isTaken ? .done : .failed
                )
            case .failed(let reason):
                return ("It failed: \(reason).", ["delivered": false, "error": .string(reason)], .failed)
            case .cancelled: return ("It was stopped.", ["delivered": false, "error": "stopped"], .failed)
            }
        }
    }
}

struct WebhookDeliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "Show what webhooks were or will be told, newest first.")

    @OptionGroup var options: SettingsOptions
    @Option(help: ArgumentHelp("Only of this webhook.", valueName: "wh_…")) var webhook: String?
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
    @Option(help: ArgumentHelp("Only of this webhook.", valueName: "wh_…")) var webhook: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if (id == nil) != dead { throw ValidationError("Name one delivery, or give --dead.") }
    }

    func run() async throws {
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let count = try await service.replay(messageID: id, webhook: webhook)
            return (
                "\(count) \(count == 1 ? "delivery is" : "deliveries are") told again.",
                ["replayed": .integer(Int64(count))], count > 0 || dead ? .done : .failed
            )
        }
    }
}

extension JSON.Object {
    fileprivate static func webhook(_ webhook: Webhook) -> JSON.Object {
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
