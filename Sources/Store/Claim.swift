package import Mail

/// A send that this process took to deliver, with the attempt row that was begun for it.
package struct Claim: Sendable, Hashable {
    package let id: SendID
    /// What other tables know it by.
    let number: Int64
    package let accountID: String
    package let owner: String
    /// 1 for the first.
    package let attempt: Int
    /// Attempts before this one that the retry schedule counts: not those that were given back or met a pause.
    package let tries: Int
    package let reversePath: Address
    /// Only the recipients still open; never empty.
    package let forwardPaths: [Address]
    package let giveUpAt: Timestamp
    /// The outcomes of the recipients that earlier attempts settled; they are not tried again.
    package let settledOutcomes: [Outcome]
    /// Octets of mail data.
    package let size: Int
    /// Short mail data, read with the claim; nil when it has to be asked for.
    package private(set) var mailData: MailData?

    package init(
        id: SendID, number: Int64 = 0, accountID: String, owner: String, attempt: Int, tries: Int,
        reversePath: Address, forwardPaths: [Address], giveUpAt: Timestamp, settledOutcomes: [Outcome],
        size: Int = 0
    ) {
        self.id = id
        self.number = number
        self.accountID = accountID
        self.owner = owner
        self.attempt = attempt
        self.tries = tries
        self.reversePath = reversePath
        self.forwardPaths = forwardPaths
        self.giveUpAt = giveUpAt
        self.settledOutcomes = settledOutcomes
        self.size = size
    }

    /// The same for the other recipients; nil when there are none.
    func without(_ addresses: [Address]) -> Claim? {
        let rest = forwardPaths.filter { !addresses.contains($0) }
        if rest.isEmpty { return nil }
        let settled =
            settledOutcomes + Array(repeating: .notAttempted, count: forwardPaths.count - rest.count)
        return Claim(
            id: id, number: number, accountID: accountID, owner: owner, attempt: attempt, tries: tries,
            reversePath: reversePath, forwardPaths: rest, giveUpAt: giveUpAt, settledOutcomes: settled,
            size: size)
    }

    /// The same with its mail data. What is not well formed is said where it is asked for again.
    func with(_ octets: [UInt8]) -> Claim {
        var claim = self
        claim.mailData = try? MailData(checking: octets)
        return claim
    }
}

/// How an attempt ended and what the send becomes by it; written in one transaction.
package struct Settlement: Sendable, Hashable {
    package struct Recipient: Sendable, Hashable {
        package let address: Address
        package let outcome: Outcome
        package let reply: Failure.SMTP?

        package init(address: Address, outcome: Outcome, reply: Failure.SMTP?) {
            self.address = address
            self.outcome = outcome
            self.reply = reply
        }
    }

    package let state: SendState
    package let at: Timestamp
    package let phase: Phase
    package let recipients: [Recipient]
    package let failure: Failure?
    package let nextAttemptAt: Timestamp?
    package let event: SendEvent.Kind
    package let detail: String?
    package let warnings: [String]
    package let conversation: [String]
    /// Whether the retry schedule counts the attempt.
    package let isTry: Bool
    /// The server's word about the account as a whole, if it had any.
    package let accountPause: AccountPause?

    package init(
        state: SendState, at: Timestamp, phase: Phase, recipients: [Recipient], failure: Failure?,
        nextAttemptAt: Timestamp? = nil, event: SendEvent.Kind, detail: String? = nil,
        warnings: [String] = [],
        conversation: [String] = [], isTry: Bool = true, accountPause: AccountPause? = nil
    ) {
        self.state = state
        self.at = at
        self.phase = phase
        self.recipients = recipients
        self.failure = failure
        self.nextAttemptAt = nextAttemptAt
        self.event = event
        self.detail = detail
        self.warnings = warnings
        self.conversation = conversation
        self.isTry = isTry
        self.accountPause = accountPause
    }
}
