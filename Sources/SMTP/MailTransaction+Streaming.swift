import Curl
import Mail

extension MailTransaction {
    /// Mail data up to this size goes out while the gate opens. A longer one goes out first: its upload stays
    /// cancellable, and a process that dies in it has certainly sent nothing.
    private static let streamedBeside = 65_536

    /// Sends the mail data, passes the gate, sends the final dot and hears the reply to it.
    mutating func stream() async throws(Broken) {
        enter(.body)
        // What came in one piece with the 354 would be taken for the answer to the dot; nothing more is read on the
        // way there. `onlyIfQuiet` sees what comes later.
        if !reader.isEmpty { return try await hearLastWords(.notQuiet) }
        let octets = wire.octets
        record.note("C: (\(wire.size) octets of mail data)")
        if octets.count <= Self.streamedBeside {
            let gate = gate
            // Asked when this task first lets go of its thread, and so for many messages at once.
            async let opening = Self.isOpened(gate)
            var trouble: CurlError?
            do throws(CurlError) {
                try await session.connection.send(Array(octets), deadline: .now + options.deadlines.body)
                progress(.halfOfBodySent)
            } catch {
                trouble = error
            }
            let isOpen = await opening
            if let trouble { return try await hearLastWords(trouble) }
            try pass(isOpen)
        } else {
            let half = octets.count / 2
            for start in stride(from: 0, to: octets.count, by: Self.streamedBeside) {
                let end = start + Self.streamedBeside
                if start >= half, half > start - Self.streamedBeside { progress(.halfOfBodySent) }
                let chunk = Array(octets[start..<min(end, octets.count)])
                do {
                    try await session.connection.send(
                        chunk, onlyIfQuiet: true, deadline: .now + options.deadlines.body)
                } catch {
                    return try await hearLastWords(error)
                }
            }
            try pass(await Self.isOpened(gate))
        }
        try await finish()
    }

    private static func isOpened(_ gate: @escaping Gate) async -> Bool {
        do {
            try await gate()
            return true
        } catch {
            return false
        }
    }

    private func pass(_ isOpen: Bool) throws(Broken) {
        if isOpen {
            if stopper.pass() { return }
            throw Broken(.cancelled, "cancelled before the final dot")
        }
        // A gate that failed for the cancel is the cancel's doing.
        if Task.isCancelled { throw Broken(.cancelled, "cancelled before the final dot") }
        throw Broken(.gateClosed, "the attempt could not be recorded")
    }

    private mutating func finish() async throws(Broken) {
        // Before the first of the last octets is handed over: from here on silence means "unconfirmed".
        record.finalDotMayHaveLeft = true
        do {
            try await session.connection.send(
                WireData.finalOctets, onlyIfQuiet: true, deadline: .now + options.deadlines.body)
        } catch {
            if error.kind == .notQuiet {
                // Not one of them was handed over.
                record.finalDotMayHaveLeft = false
                return try await hearLastWords(error)
            }
            enter(.finalDot)
            throw Broken(error, awaiting: "the reply to the final dot")
        }
        enter(.finalDot)
        progress(.finalDotSent)
        record.say(".")
        let (reply, lines) = try await reader.next(
            "the reply to the final dot", deadline: .now + options.deadlines.finalDot)
        record.hear(lines)
        record.finalDot = reply
        progress(.finalDotAnswered)
        if reply.isPositive { enter(.done) }
        if reply.code == 421 { isReusable = false }
        if reply.isIntermediate {
            throw Broken(.protocolError, "the server answered the final dot with \(reply.code)")
        }
    }

    /// The server spoke, or closed, before it had the final dot: a refusal is taken as its answer to the message.
    private mutating func hearLastWords(_ error: CurlError) async throws(Broken) {
        isReusable = false
        let broken = Broken(error, awaiting: "the end of the mail data")
        guard error.kind != .cancelled, error.kind != .stopped else { throw broken }
        let heard: (reply: Reply, lines: [String])
        do throws(Broken) {
            heard = try await reader.next("the end of the mail data", deadline: .now + .milliseconds(500))
        } catch {
            throw broken.fault.kind == .timedOut ? broken : error
        }
        record.hear(heard.lines)
        guard heard.reply.isTransient || heard.reply.isPermanent else {
            throw Broken(.protocolError, "the server answered before the end of the mail data")
        }
        record.finalDot = heard.reply
    }
}
