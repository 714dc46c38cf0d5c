import ArgumentParser
import Glibc
import JSON
import MCP
import Mail
import Sending
import Store
import Tools

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `envelope send`: the tool `send_email` for a person and for scripts.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send one message, and wait for what becomes of it.",
        discussion: """
            The body is --text, --html or --markdown, else what comes on standard input:

              echo "It is done." | envelope send --to ada@example.com --subject Done

            It is recorded like an agent's and goes by the same rules. What is left
            queued the next process sends that has the account, or `envelope drain`.
            """)

    @Option(help: ArgumentHelp("a@b.com or Name <a@b.com>; give it again for more.", valueName: "address"))
    var to: [String] = []
    @Option(help: ArgumentHelp("The same, for those who get a copy.", valueName: "address"))
    var cc: [String] = []
    @Option(help: ArgumentHelp("The same, unseen by the others.", valueName: "address"))
    var bcc: [String] = []
    @Option(help: "The subject.") var subject: String
    @Option(help: "The body as plain text.") var text: String?
    @Option(help: "The body as HTML; without --text one is made.") var html: String?
    @Option(help: "The body as Markdown, sent as text and HTML.") var markdown: String?
    @Option(help: ArgumentHelp("A file to attach; give it again for more.", valueName: "file"))
    var attach: [String] = []
    @Option(help: ArgumentHelp("Which account; the default one otherwise.", valueName: "name"))
    var account: String?
    @Option(help: ArgumentHelp("RFC 3339 with offset, within a year: send it then.", valueName: "time"))
    var sendAt: String?
    @Option(help: ArgumentHelp("With the same key it is never sent twice.", valueName: "key"))
    var idempotencyKey: String?
    @Flag(help: "Send even if the same went out within 10 minutes.") var allowDuplicate = false
    @Option(help: ArgumentHelp("How long to wait for the end, up to 60.", valueName: "seconds"))
    var wait = 30
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let arguments = try arguments()
        try await HouseRun(options, json: json).run { service throws(Failure) in
            let result = await Self.call(arguments, service)
            var object = result.structured ?? [:]
            // Refused before there was a send.
            if object["id"] == nil, let failure = Failure(object) { throw failure }
            // Whatever --wait says: ended now, nobody would ever know.
            if let id = object["id"]?.string.flatMap(SendID.init),
                let send = await service.afterFinalDot(of: id, within: House.patience * 0.7)
            {
                object = MailTools.report(send)
            }
            return (Self.text(of: object), object, Self.status(of: object))
        }
    }

    private static func call(_ arguments: JSON.Object, _ service: SendingService) async -> ToolResult {
        let name = "send_email"
        guard let tool = try? MailTools.all([name], service: { .success(service) }).first else {
            preconditionFailure("the schema of \(name) is part of the program")
        }
        return await tool.call(ToolCall(name: name, arguments: arguments))
    }

    private static func text(of send: JSON.Object) -> String {
        let head = ["id", "status", "state"].compactMap { send[$0]?.string }.joined(separator: "  ")
        let error = send["error"]?["message"]?.string
        return [head, error, send["next_step"]?.string].compactMap(\.self).joined(separator: "\n")
    }

    private static func status(of send: JSON.Object) -> HouseRun.Status {
        switch send["status"]?.string {
        case "sent": .done
        case "queued": .temporary
        default: .failed
        }
    }

    // MARK: - What was typed, as the tool's arguments

    private func arguments() throws -> JSON.Object {
        var arguments: JSON.Object = [
            "to": Self.list(to), "subject": .string(subject), "wait_seconds": .integer(Int64(wait)),
        ]
        if !cc.isEmpty { arguments["cc"] = Self.list(cc) }
        if !bcc.isEmpty { arguments["bcc"] = Self.list(bcc) }
        let words = [
            ("text", text), ("html", html), ("markdown", markdown), ("account", account),
            ("from", options.from), ("send_at", sendAt), ("idempotency_key", idempotencyKey),
        ]
        for (name, value) in words { arguments[name] = value.map(JSON.string) }
        if text == nil, html == nil, markdown == nil { arguments["text"] = .string(try Self.input()) }
        if !attach.isEmpty { arguments["attachments"] = .array(try attach.map(Self.attachment)) }
        if allowDuplicate { arguments["allow_duplicate"] = true }
        return arguments
    }

    private static func list(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }

    private static func input() throws -> String {
        if isatty(STDIN_FILENO) == 1 {
            throw ValidationError("There is no body: give --text, --html or --markdown, or pipe it in.")
        }
        let limit = Limits().mailData
        guard let octets = SystemFile.all(of: STDIN_FILENO, limit: limit) else {
            throw ValidationError(
                "Standard input cannot be read, or is longer than \(limit) octets; nothing was sent.")
        }
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw ValidationError("What came on standard input is not UTF-8; a file goes with --attach.")
        }
        return text
    }

    /// The person's own file, so no root has to allow it.
    private static func attachment(_ path: String) throws -> JSON {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("The file \(path) cannot be read.")
        }
        return [
            "filename": .string(path.split(separator: "/").last.map(String.init) ?? path),
            "content_base64": .string(data.base64EncodedString()),
        ]
    }
}

extension Failure {
    /// What a result's `error` says; nil where there is none.
    fileprivate init?(_ result: JSON.Object) {
        guard let error = result["error"], let message = error["message"]?.string else { return nil }
        self.init(
            error["code"]?.string.flatMap(Code.init) ?? .internal, message,
            hint: error["hint"]?.string ?? "", retryable: error["retryable"] == true,
            mayHaveBeenDelivered: error["may_have_been_delivered"] == true,
            field: error["field"]?.string, retryAfter: error["retry_after"]?.integer.map(Int.init))
    }
}
