import Curl
import Mail

extension MailTransaction {
    private enum Command {
        case mail(String)
        case rcpt(Int, String)
        case data

        var text: String {
            switch self {
            case .mail(let text), .rcpt(_, let text): text
            case .data: "DATA"
            }
        }

        var phase: Phase {
            switch self {
            case .mail: .mail
            case .rcpt: .rcpt
            case .data: .data
            }
        }
    }

    /// Recipients written before their replies are read: their replies fit any server's send buffer.
    private static let pipelinedCommands = 50

    /// MAIL, every RCPT, DATA: in few writes when the server offers PIPELINING, in lock-step when not.
    mutating func makeEnvelope() async throws(Broken) {
        var rcpts: [Command] = []
        for (index, path) in envelope.forwardPaths.enumerated() {
            rcpts.append(.rcpt(index, "RCPT TO:<\(path.text)>"))
        }
        let commands = [.mail(mailCommand)] + rcpts
        guard session.capabilities.pipelining else { return try await lockStep(commands) }

        // A refused recipient must be known before DATA when all or nobody is wanted.
        let dataAtOnce = options.partialAcceptance || rcpts.count == 1
        var rest = commands[...]
        while !rest.isEmpty {
            var group = Array(rest.prefix(Self.pipelinedCommands))
            rest = rest.dropFirst(group.count)
            if rest.isEmpty, dataAtOnce { group.append(.data) }
            try await exchange(group)
            if !isReusable || record.mail?.isPositive != true { return }
        }
        if !dataAtOnce, wantsData { try await exchange([.data]) }
    }

    private mutating func lockStep(_ commands: [Command]) async throws(Broken) {
        for command in commands {
            try await exchange([command])
            if !isReusable || record.mail?.isPositive != true { return }
        }
        if wantsData { try await exchange([.data]) }
    }

    private var wantsData: Bool {
        let taken = record.recipients.count { $0.reply?.isPositive == true }
        return options.partialAcceptance ? taken > 0 : taken == record.recipients.count
    }

    private var mailCommand: String {
        var command = "MAIL FROM:<\(envelope.reversePath.text)>"
        if session.capabilities.offersSize { command += " SIZE=\(wire.size)" }
        if wire.is8Bit { command += " BODY=8BITMIME" }
        if envelope.needsSMTPUTF8 { command += " SMTPUTF8" }
        return command
    }

    /// Writes the commands at once and reads their replies in order; a 421 ends it (RFC 5321 §3.8).
    private mutating func exchange(_ commands: [Command]) async throws(Broken) {
        guard let first = commands.first else { return }
        enter(first.phase)
        if reader.isAhead { throw outOfStep(Self.surplus) }
        for command in commands { announce(command.phase) }
        let octets = Array(commands.map { $0.text + "\r\n" }.joined().utf8)
        // What is said on an idle line before MAIL is no answer to it.
        let isIdle = first.phase == .mail && session.transactions > 0
        var trouble: CurlError?
        do throws(CurlError) {
            try await session.connection.send(octets, onlyIfQuiet: isIdle, deadline: deadline(for: first))
        } catch {
            trouble = error
        }
        if trouble?.kind == .notQuiet {
            throw Broken(.lineLost, "the server spoke or closed while the connection was idle")
        }
        for command in commands { record.say(command.text) }
        // The server may have said why before it closed.
        let lost = trouble.map { Broken($0, awaiting: "the reply to \(name(of: first))") }
        if let lost, lost.fault.kind == .cancelled { throw lost }
        for command in commands {
            enter(command.phase)
            let end = lost == nil ? deadline(for: command) : .now + .milliseconds(500)
            do throws(Broken) {
                let (reply, lines) = try await reader.next("the reply to \(name(of: command))", deadline: end)
                record.hear(lines)
                try note(reply, to: command)
                if reply.code == 421 {
                    isReusable = false
                    return
                }
            } catch {
                throw lost ?? error
            }
        }
        // All was answered, but the line is gone: nothing more can be said on it.
        if let lost { throw lost }
    }

    private mutating func note(_ reply: Reply, to command: Command) throws(Broken) {
        switch command {
        case .mail: record.mail = reply
        case .rcpt(let index, _): record.recipients[index].reply = reply
        case .data: return record.data = reply
        }
        if reply.isIntermediate {
            throw Broken(.protocolError, "the server answered \(name(of: command)) with \(reply.code)")
        }
    }

    private func deadline(for command: Command) -> ContinuousClock.Instant {
        switch command {
        case .mail: .now + options.deadlines.mail
        case .rcpt: .now + options.deadlines.rcpt
        case .data: .now + options.deadlines.data
        }
    }

    private func name(of command: Command) -> String {
        switch command {
        case .mail: "MAIL"
        case .rcpt: "RCPT"
        case .data: "DATA"
        }
    }
}
