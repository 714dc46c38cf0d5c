internal import Mail

/// The server's side of one SMTP session: which command may follow which, and the reply to each (RFC 5321 §4.1.4).
///
/// Pure: it knows no socket and no file. Two things are told to it from outside: the faults already played, and
/// what became of the mail data.
struct Dialogue {
    /// What the line has to do after a command.
    enum Step: Equatable {
        case say(Reply)
        /// 354, then mail data until its end mark.
        case takeData
        /// The reply, then the end of the line.
        case bye(Reply)
    }

    /// A mail transaction as far as it got.
    struct Transaction: Equatable {
        let reversePath: String
        let parameters: MailParameters
        var forwardPaths: [String] = []

        /// True when a recipient asks for this behaviour.
        func plays(_ simulated: SimulatedAddress) -> Bool {
            forwardPaths.contains { SimulatedAddress(playedBy: $0) == simulated }
        }
    }

    /// RFC 5321 §4.5.3.1.8 asks for 100 at least.
    static let maximumRecipients = 1_000

    private(set) var clientName: String?
    private(set) var transaction: Transaction?
    private let maximumSize: Int

    init(maximumSize: Int) { self.maximumSize = maximumSize }

    static let banner = Reply(
        220, plain: "sandbox.invalid ESMTP Envelope sandbox: nothing leaves this machine")

    /// Carries out one command.
    mutating func step(_ command: Command, faults: FaultMemory) -> Step {
        switch command {
        case .ehlo(let domain):
            transaction = nil
            clientName = domain
            return .say(capabilities)
        case .helo(let domain):
            transaction = nil
            clientName = domain
            return .say(Reply(250, plain: "sandbox.invalid"))
        case .mail(let reversePath, let parameters):
            return .say(mail(reversePath, parameters))
        case .rcpt(let forwardPath):
            return .say(rcpt(forwardPath, faults))
        case .data:
            guard let transaction else { return .say(Reply(503, 5, 5, 1, "MAIL first")) }
            guard !transaction.forwardPaths.isEmpty else {
                return .say(Reply(554, 5, 5, 1, "no valid recipients"))
            }
            return .takeData
        case .rset:
            transaction = nil
            return .say(Reply(250, 2, 0, 0, "forgotten"))
        case .noop: return .say(Reply(250, 2, 0, 0, "still here"))
        case .vrfy: return .say(Reply(252, 2, 1, 5, "send to it and see"))
        case .quit: return .bye(Reply(221, 2, 0, 0, "bye"))
        }
    }

    /// Ends the transaction, whatever became of its mail data.
    mutating func endTransaction() { transaction = nil }

    private var capabilities: Reply {
        Reply(
            250,
            plain: """
                sandbox.invalid
                PIPELINING
                SIZE \(maximumSize)
                8BITMIME
                SMTPUTF8
                ENHANCEDSTATUSCODES
                """)
    }

    private mutating func mail(_ reversePath: String, _ parameters: MailParameters) -> Reply {
        guard clientName != nil else { return Reply(503, 5, 5, 1, "EHLO first") }
        guard transaction == nil else { return Reply(503, 5, 5, 1, "a transaction is open already") }
        if let size = parameters.size, size > maximumSize {
            return Reply(552, 5, 3, 4, "over the limit of \(maximumSize) octets")
        }
        transaction = Transaction(reversePath: reversePath, parameters: parameters)
        return Reply(250, 2, 1, 0, "sender ok")
    }

    private mutating func rcpt(_ forwardPath: String, _ faults: FaultMemory) -> Reply {
        guard let open = transaction else { return Reply(503, 5, 5, 1, "MAIL first") }
        guard open.forwardPaths.count < Self.maximumRecipients else {
            return Reply(452, 4, 5, 3, "no more than \(Self.maximumRecipients) recipients at once")
        }
        if !forwardPath.isASCII, !open.parameters.isSMTPUTF8 { return Refusal.needsSMTPUTF8.reply }
        if let refusal = faults.refusal(of: forwardPath, in: open) { return refusal }
        if !open.forwardPaths.contains(forwardPath) { transaction?.forwardPaths.append(forwardPath) }
        return Reply(250, 2, 1, 5, "recipient ok")
    }
}
