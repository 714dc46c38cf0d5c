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
        let settings = try Settings(options, environment: Environment.variables)
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let given = try await settings.readWebhookSecret()
            let added = try await service.addWebhook(url, events: kinds, secret: given)
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
