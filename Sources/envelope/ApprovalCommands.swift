import ArgumentParser
import Glibc
import Mail
import Sending
import Store
import Tools

/// `envelope approve`: a person lets a held send go.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Let a send go that waits for a person's approval.",
        discussion: """
            Shows the exact envelope first and asks, unless --yes is given. With the
            account's settings it is sent now; without, by the next process that has
            them. Exit status: 0 sent, 1 failed or not approved, 75 queued.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var send: SendIDArgument
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let id = try send.value()
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let shown = try await service.track(.id(id), wait: .zero)
            let content = try service.content(of: id)
            if shown.send.state == .held, !yes {
                guard Question.canBeAsked else { throw .needsTerminal(id) }
                guard Question.ask(ApprovalText.text(of: shown.send) + "\nSend it? [y/N] ") else {
                    return ("Not approved: it stays held.", MailTools.report(shown), .failed)
                }
            }
            let stranded = try service.stranded(id)
            let history = try await service.approve(
                id, content: content, by: Question.person, wait: .seconds(stranded == nil ? 60 : 0))
            return (history.send.summary(stranded), MailTools.report(history), .init(history.send))
        }
    }
}

/// `envelope deny`: a person ends a held send.
struct DenyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny", abstract: "End a send that waits for a person's approval; nothing leaves.")

    @OptionGroup var options: SettingsOptions
    @OptionGroup var send: SendIDArgument
    @Option(help: "Why, for the record and for the agent.") var reason: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let id = try send.value()
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let history = try await service.deny(id, by: Question.person, reason: reason)
            return ("Denied: nothing is sent.", MailTools.report(history), .done)
        }
    }
}

/// A question to the person at the terminal.
private enum Question {
    static var canBeAsked: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// The user that this process runs as, for the record.
    static var person: String {
        let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "user \(geteuid())"
        return "\(user) on the command line"
    }

    static func ask(_ text: String) -> Bool {
        let octets = Array(text.utf8)
        _ = octets.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        let answer = readLine()?.trimmingPrefix(while: \.isWhitespace).lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }
}

extension Failure {
    fileprivate static func needsTerminal(_ id: SendID) -> Failure {
        Failure(
            .invalidRequest, "There is no terminal to ask on, so nothing was approved.",
            hint: "Look at it with `envelope track \(id)`, then run `envelope approve --yes \(id)`.")
    }
}

extension SendRecord {
    /// How it stands, in a line for a person.
    ///
    /// - Parameter stranded: what it waits for where this process cannot send it.
    func summary(_ stranded: StrandedQueue?) -> String {
        let what = "\(status.rawValue) (\(state.rawValue))"
        if let failure { return "\(what): \(failure.message) \(failure.hint)" }
        return stranded.map { "\(what): \($0.sentence)." } ?? what
    }
}
