import Curl
import Mail

/// A session that is logged in, lent by `IMAPClient.withSession`: one command at a time, each to its end.
///
/// A command that is refused leaves the session as it was; after any other error it is over.
package struct IMAPSession: ~Copyable {
    let options: IMAPOptions
    private let connection: Connection
    private var reader: ResponseReader
    private var lastTag = 0
    private var isOver = false
    /// Set by UTF8=ACCEPT: names are UTF-8 then.
    private(set) var isUTF8 = false
    private var capabilities: Set<String> = []
    private var conversation: Conversation
    /// The folder that is open.
    var open: OpenFolder?

    init(_ connection: Connection, options: IMAPOptions, conversation: Conversation) {
        self.connection = connection
        self.options = options
        self.conversation = conversation
        reader = ResponseReader(connection, options.limits)
    }

    /// What the server offered after the login; `name` in upper case, with its value: `AUTH=PLAIN`.
    package func offers(_ name: String) -> Bool { capabilities.contains(name) }

    /// What was said so far: commands and status responses, printable, without credentials and message text.
    package var conversationLines: [String] { conversation.lines }

    /// The number behind a capability that has one: `APPENDLIMIT=35651584`.
    func limit(_ name: String) -> Int? {
        capabilities.lazy.filter { $0.hasPrefix(name + "=") }.compactMap { Int($0.dropFirst(name.count + 1)) }
            .first
    }

    /// What is written when the line is closed; nothing in the middle of a command.
    var farewell: [UInt8] { isOver ? [] : Array("E\(lastTag + 1) LOGOUT\r\n".utf8) }

    /// Asks what the server can after the login, and turns UTF-8 on where nothing else is taken.
    mutating func begin() async throws(IMAPError) {
        var offered: [String] = []
        try await perform(Command("CAPABILITY")) { response in
            if case .capability(let names) = response { offered = names }
        }
        capabilities = Set(offered)
        guard offers("UTF8=ONLY") else { return }
        var isEnabled = false
        try await perform(Command("ENABLE").then("UTF8=ACCEPT")) { response in
            if case .enabled(let names) = response { isEnabled = isEnabled || names.contains("UTF8=ACCEPT") }
        }
        isUTF8 = isEnabled
    }

    /// Says a command and hears everything up to its end.
    ///
    /// - Parameters:
    ///   - duration: for all of it; the options' for a command when nil.
    ///   - expected: octets that the answer will have, for which a slow line gets more time.
    ///   - hear: is given every untagged response.
    ///   - whenAllIsOut: called when the last octets are about to be handed over.
    @discardableResult
    mutating func perform(
        _ command: Command, within duration: Duration? = nil, expecting expected: Int = 0,
        hear: (Response) throws(Malformed) -> Void = { _ in }, whenAllIsOut: () -> Void = {}
    ) async throws(IMAPError) -> Status {
        do throws(IMAPError) {
            if isOver { throw IMAPError(.lineLost, "at \(command.name)", "the session is over") }
            // 16 KiB a second is a bad line, and still gets its messages.
            let time = (duration ?? options.deadlines.command) + .seconds(expected / 16_384)
            reader.begin()
            lastTag += 1
            let tag = "E\(lastTag)"
            conversation.say(tag, command)
            try await say(command, tag, time, whenAllIsOut)
            let status = try await answer(to: command, tag, .now + time, hear)
            switch status.condition {
            case .ok: return status
            case .no: throw judged(.refused, status, command)
            default: throw judged(.unsupported, status, command)
            }
        } catch {
            if error.endsSession { isOver = true }
            throw conversation.closing(error)
        }
    }

    /// Writes the command; before a literal it waits to be asked on, unless the server takes it unasked (RFC 7888).
    private mutating func say(
        _ command: Command, _ tag: String, _ time: Duration, _ whenAllIsOut: () -> Void
    ) async throws(IMAPError) {
        var pending = Array("\(tag) ".utf8)
        for (index, piece) in command.pieces.enumerated() {
            switch piece {
            case .text(let octets): pending += octets
            case .literal(let octets):
                let isUnasked = mayComeUnasked(octets.count)
                pending += Array("{\(octets.count)\(isUnasked ? "+" : "")}\r\n".utf8)
                if !isUnasked {
                    try await hand(pending, command, time)
                    pending = []
                    try await awaitContinuation(command, tag, .now + time)
                }
                pending += octets
            }
            if index == command.pieces.count - 1 { pending += [0x0D, 0x0A] }
        }
        // A large message goes in parts, so that each has its time, and the last part is known.
        var start = 0
        while pending.count - start > 65_536 {
            try await hand(Array(pending[start..<start + 65_536]), command, time)
            start += 65_536
        }
        whenAllIsOut()
        try await hand(Array(pending[start...]), command, time)
    }

    /// A server that may refuse a large message does so before it has come, if it is asked.
    private func mayComeUnasked(_ count: Int) -> Bool {
        offers("LITERAL+") ? count <= 1_048_576 : offers("LITERAL-") && count <= 4_096
    }

    private mutating func hand(
        _ octets: [UInt8], _ command: Command, _ time: Duration
    ) async throws(IMAPError) {
        do {
            try await connection.send(octets, deadline: .now + time)
        } catch {
            // A server that refuses what it is being sent says why and closes.
            if error.kind == .lineLost, let why = await lastWords(command) { throw why }
            throw IMAPError(error, awaiting: command.name)
        }
    }

    /// What a server said before it closed the line.
    private mutating func lastWords(_ command: Command) async -> IMAPError? {
        do {
            while true {
                let response = try await next(command, .now + .seconds(2))
                if case .completed(_, let status) = response, status.condition != .ok {
                    return judged(.bye, status, command)
                }
            }
        } catch {
            return error.kind == .bye ? error : nil
        }
    }

    private mutating func awaitContinuation(
        _ command: Command, _ tag: String, _ deadline: ContinuousClock.Instant
    ) async throws(IMAPError) {
        while true {
            switch try await next(command, deadline) {
            case .continuation: return
            case .completed(tag, let status):
                switch status.condition {
                case .no: throw judged(.refused, status, command)
                case .bad: throw judged(.unsupported, status, command)
                default: throw judged(.protocolError, status, command)
                }
            case .completed(let other, _): throw wrongTag(other, command)
            default: continue
            }
        }
    }

    private mutating func answer(
        to command: Command, _ tag: String, _ deadline: ContinuousClock.Instant,
        _ hear: (Response) throws(Malformed) -> Void
    ) async throws(IMAPError) -> Status {
        for _ in 0...options.limits.responses {
            let response = try await next(command, deadline)
            switch response {
            case .completed(tag, let status): return status
            case .completed(let other, _): throw wrongTag(other, command)
            case .continuation:
                throw IMAPError(
                    .protocolError, "at \(command.name)", "the server awaits more where nothing is due")
            default: do { try hear(response) } catch { throw reader.malformed(error, command) }
            }
        }
        throw IMAPError(
            .protocolError, "at \(command.name)",
            "the server sent more than \(options.limits.responses) responses")
    }

    private mutating func next(
        _ command: Command, _ deadline: ContinuousClock.Instant
    ) async throws(IMAPError) -> Response {
        let response = try await reader.next(command, deadline)
        conversation.hear(response)
        if case .status(let status) = response, status.condition == .bye {
            throw judged(.bye, status, command)
        }
        return response
    }

    /// What a status makes of a command; the response code may repeat a secret as well as the words may.
    private func judged(_ kind: IMAPError.Kind, _ status: Status, _ command: Command) -> IMAPError {
        let strikeout = connection.strikeout
        return IMAPError(
            kind, "at \(command.name)", Reply.printable(strikeout(status.text), limit: 300),
            code: status.code.map {
                ResponseCode(name: strikeout($0.name), argument: strikeout($0.argument))
            })
    }

    private func wrongTag(_ tag: String, _ command: Command) -> IMAPError {
        IMAPError(
            .protocolError, "at \(command.name)",
            connection.strikeout("an answer to \(tag), which is no command"))
    }
}
