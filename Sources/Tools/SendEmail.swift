import JSON
import MCP
import Mail
import Sending
import Store

/// The tool `send_email`: steps 2 to 6 of the way of one message.
struct SendEmail: Sendable {
    let definition: Definition
    let service: ServiceSource

    func run(_ call: ToolCall) async -> ToolOutcome {
        do throws(Failure) {
            let arguments = try Arguments(
                call.arguments, checkedBy: definition.input,
                hint: "Correct the argument and call again; nothing was recorded or sent.")
            let service = try await service().get()
            let wait = arguments.duration("wait_seconds", default: 4)
            let stages = Stages(call.progress)
            let files = arguments.attachmentNames
            if let question = ApprovalQuestion(call.state) {
                return try await question.outcome(call, files: files, service, wait: wait, stages)
            }
            if arguments.flag("dry_run") {
                let request = try SendRequest(arguments)
                await service.lookForAccounts(of: request)
                let preview = try service.preview(request)
                let quotas = try service.quotas(of: preview.account.name)
                return .result(ToolResult(structured: .preview(preview, quotas)))
            }
            // Given away, so that a large attachment is not held while the call waits.
            let request = try SendRequest(consume arguments)
            let mayAsk = service.mayHold && call.client.can("elicitation")
            if !mayAsk { call.held.letGo() }
            let answer = try await service.send(consume request, wait: wait, progress: stages.hear)
            let send = answer.history.send
            if send.state == .held, mayAsk {
                return .ask(try ApprovalQuestion(about: send, service).questions(files: files))
            }
            return .result(
                stages.result(send, isDeduplicated: answer.isDeduplicated, service.left(for: send)))
        } catch {
            return .result(.failure(error))
        }
    }
}

extension SendingService {
    /// What is left of the limits of a recorded send's account; a failure to count must not look like one to send.
    func left(for send: SendRecord) -> [Quota] { (try? quotas(of: send.accountName)) ?? [] }
}

/// How far a waiting call is, told to a client that asked for it.
struct Stages: Sendable {
    private let report: (@Sendable (Double, Double?, String?) -> Void)?

    init(_ report: (@Sendable (Double, Double?, String?) -> Void)?) { self.report = report }

    /// Nil when nobody listens.
    var hear: Progress? {
        guard let report else { return nil }
        return { moment in
            guard case .phase(let phase) = moment, let (number, words) = Self.stage(phase) else { return }
            report(number, 4, words)
        }
    }

    /// The result, and the last stage where there is one to tell: only the record knows that it was accepted.
    func result(_ send: SendRecord, isDeduplicated: Bool = false, _ quotas: [Quota] = []) -> ToolResult {
        if send.status == .sent { report?(4, 4, "Accepted by the server") }
        var object = JSON.Object.send(send)
        if isDeduplicated { object["deduplicated"] = true }
        object.add(quotas)
        // A person's no is an answer, not an error to work around.
        let isError = send.status == .failed && send.state != .denied
        return ToolResult(structured: object, links: [SendURI.record(send.id).link], isError: isError)
    }

    private static func stage(_ phase: Phase) -> (Double, String)? {
        switch phase {
        case .resolve: (1, "Connecting to the server")
        case .auth: (2, "Logging in")
        case .mail: (3, "Sending the message")
        default: nil
        }
    }
}
