import Curl
import Mail

/// One mail transaction (RFC 5321 §3.3) over an open session: MAIL, RCPT…, DATA, mail data, gate, final dot.
struct MailTransaction {
    let wire: WireData
    let envelope: Envelope
    let options: SMTPOptions
    let gate: Gate
    let progress: Progress
    let stopper: Stopper
    var session: OpenSession
    var reader: ReplyReader
    var record: Transaction
    /// The last phase told: with pipelining ahead of `record.phase`.
    private var announced: Phase
    /// False once the line is not to be used again: broken, half said, or about to be closed by the server.
    var isReusable = true

    init(
        _ wire: WireData, in envelope: Envelope, over session: OpenSession, options: SMTPOptions,
        record: Transaction, stopper: Stopper, gate: @escaping Gate, progress: @escaping Progress
    ) {
        self.wire = wire
        self.envelope = envelope
        self.options = options
        self.gate = gate
        self.progress = progress
        self.stopper = stopper
        self.session = session
        self.reader = ReplyReader(session.connection)
        self.record = record
        self.announced = record.phase
    }

    /// Runs it to its end; what happened is in `record`, whether the session lives on in `isReusable`.
    mutating func run() async {
        do throws(Broken) {
            try checkOffers()
            try await makeEnvelope()
            if try mayStream() { try await stream() }
        } catch {
            record.fault = error.fault
            // Nothing was said yet when an offer is missing.
            if record.mail != nil || record.phase >= .mail { isReusable = false }
        }
        session.transactions += 1
        if isReusable, record.finalDot == nil, record.phase >= .mail { await reset() }
        if session.transactions >= options.transactionsPerConnection || !reader.isEmpty { isReusable = false }
    }

    /// True when the server waits for a command, so that QUIT would not become a line of mail data.
    var mayQuit: Bool {
        guard record.fault == nil else { return false }
        return record.data?.code != 354 || (record.finalDotMayHaveLeft && record.finalDot != nil)
    }

    /// What this message needs and the server does not offer is known before anything is sent.
    private func checkOffers() throws(Broken) {
        let offers = session.capabilities
        if envelope.needsSMTPUTF8, !offers.smtputf8 {
            throw Broken(.smtputf8Unavailable, "the server does not offer SMTPUTF8")
        }
        if wire.is8Bit, !offers.eightBitMIME {
            throw Broken(.eightBitUnavailable, "the server does not offer 8BITMIME")
        }
        if let limit = offers.sizeLimit, wire.size > limit {
            throw Broken(
                TransportFault(
                    .sizeExceeded, detail: "the message has \(wire.size) octets, the server takes \(limit)",
                    limit: limit))
        }
    }

    /// True when the server waits for the mail data and at least one recipient will get it.
    private mutating func mayStream() throws(Broken) -> Bool {
        guard let data = record.data, data.code == 354 else {
            if isReusable, reader.isAhead { throw outOfStep(Self.surplus) }
            if let data = record.data, data.isPositive {
                throw outOfStep("the server answered DATA with \(data.code)")
            }
            return false
        }
        let taken = record.recipients.count { $0.reply?.isPositive == true }
        if record.mail?.isPositive == true, taken > 0 { return true }
        // It waits for mail data for nobody: even a lone dot might be taken for a message.
        isReusable = false
        return false
    }

    /// Brings the session back to its start after a refusal (RFC 5321 §4.1.1.5).
    private mutating func reset() async {
        record.say("RSET")
        do {
            let deadline = ContinuousClock.now + options.deadlines.reset
            try await session.connection.send(Array("RSET\r\n".utf8), deadline: deadline)
            let (reply, lines) = try await reader.next("the reply to RSET", deadline: deadline)
            record.hear(lines)
            isReusable = reply.isPositive
            // The answer to DATA, which comes late because something else was answered twice.
            if reply.code == 354 { record.fault = outOfStep("the server answered RSET with 354").fault }
        } catch {
            isReusable = false
        }
    }

    static let surplus = "the server gave more replies than it had commands"

    /// Which reply answers which command is no longer known, so none counts for a recipient.
    mutating func outOfStep(_ detail: String) -> Broken {
        for index in record.recipients.indices { record.recipients[index].reply = nil }
        record.data = nil
        return Broken(.protocolError, detail)
    }

    /// Where it stands from now on, by the replies.
    mutating func enter(_ phase: Phase) {
        guard phase > record.phase else { return }
        record.phase = phase
        announce(phase)
    }

    /// Tells a phase once, in order.
    mutating func announce(_ phase: Phase) {
        guard phase > announced else { return }
        announced = phase
        progress(.phase(phase))
    }
}
