import ArgumentParser
import JSON
import Mail
import Sending
import Store
import Tools

/// `envelope cancel`: stops a send that is not at the final dot.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stop a send that is not finished.",
        discussion: """
            Works until the server is asked to take the message, in whichever process it
            is being sent. Exit status: 0 cancelled, 1 too late, 2 there is no such send.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var send: SendIDArgument
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let id = try send.value()
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let history = try await service.cancel(id, wait: .seconds(15))
            let isDone = history.send.state == .cancelled
            return (
                isDone ? "Cancelled: nothing more is sent." : "It is \(history.send.state.rawValue) now.",
                MailTools.report(history), isDone ? .done : .init(history.send)
            )
        }
    }
}

/// `envelope retry`: makes a failed send due again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try a failed send again.",
        discussion: """
            For the recipients that do not have it, with a new give-up time. With the
            account's settings it is sent now; without, by the next process that has them.
            Exit status: 0 sent, 1 failed again, 75 queued.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var send: SendIDArgument
    @Flag(help: "Also an unconfirmed one: the recipient may get it twice.")
    var evenIfItMayHaveArrived = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let id = try send.value()
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let stranded = try service.stranded(id)
            let history = try await service.retry(
                id, evenIfItMayHaveArrived: evenIfItMayHaveArrived, wait: .seconds(stranded == nil ? 60 : 0))
            return (history.send.summary(stranded), MailTools.report(history), .init(history.send))
        }
    }
}

/// `envelope drain`: sends what is due, then ends; for cron and for what a server left behind.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Send what is due, then exit.",
        discussion: """
            Only sends of this process's accounts; what waits for others is named. Exit status: 0 nothing is left,
            1 a send failed, 2 wrong configuration, 75 something is queued for later
            (what is scheduled for later does not count).
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await HouseRun(options, json: json).run { service throws(Failure) in
            if service.accounts.isEmpty { throw service.withoutAccount }
            try service.check()
            let drainage = try await service.drain()
            // What a mailbox refuses is logged: it says nothing about the queue.
            if service.hasMailboxes { _ = try await service.checkMailboxes(ifOpen: true) }
            let status: HouseRun.Status =
                drainage.failed > 0 ? .failed : drainage.queued > 0 ? .temporary : .done
            return (Self.text(drainage), Self.object(drainage), status)
        }
    }

    private static func text(_ drainage: Drainage) -> String {
        var text = "\(drainage.sent) sent, \(drainage.failed) failed, \(drainage.queued) left for later"
        if let next = drainage.next { text += "; the next is due at \(next.rfc3339)" }
        for queue in drainage.stranded {
            text += "\n\(queue.sentence): set that account up again, or cancel what waits for it."
        }
        return text
    }

    private static func object(_ drainage: Drainage) -> JSON.Object {
        var object: JSON.Object = [
            "sent": .integer(Int64(drainage.sent)), "failed": .integer(Int64(drainage.failed)),
            "queued": .integer(Int64(drainage.queued)),
            "scheduled": .integer(Int64(drainage.waiting[.scheduled] ?? 0)),
        ]
        object["next_attempt_at"] = drainage.next.map { .string($0.rfc3339) }
        object["elsewhere"] = .array(
            drainage.stranded.map {
                [
                    "account": .string($0.account), "server": .string($0.server),
                    "sends": .integer(Int64($0.sends)),
                ]
            })
        return object
    }
}

/// `envelope prune`: forgets the mail data of what is long finished.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Delete the mail data of finished sends.",
        discussion: """
            The record and its events stay; nothing unfinished is touched. ENVELOPE_RETENTION
            does the same by itself while a server runs. The room is used for new mail and
            not given back to the disk; where that is full, make room elsewhere first.
            """)

    @OptionGroup var options: SettingsOptions
    @Option(help: ArgumentHelp("As in 90d, 12h.", valueName: "time"), transform: Self.duration)
    var olderThan: Duration
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let pruning = try await service.prune(olderThan: olderThan)
            return (
                "The mail data of \(pruning.sends) sends was deleted: \(pruning.octets) octets.",
                ["sends": .integer(Int64(pruning.sends)), "octets": .integer(Int64(pruning.octets))], .done
            )
        }
    }

    @Sendable private static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(setting: text) else {
            throw ValidationError("\(text.debugDescription) is not a time like 90d, 12h or 30m.")
        }
        return duration
    }
}
