import Discovery
import Mail
import SMTP
import Sending
import Store

extension Account {
    /// The account that the environment describes; nil when it describes none.
    static func environment(
        _ settings: Settings, now: @escaping @Sendable () -> Timestamp
    ) throws(Failure) -> (account: Account, transport: AccountTransport)? {
        guard let url = settings.smtpURL else { return nil }
        let server: SubmissionServer, username: String?
        do throws(Failure) {
            (server, username) = try SubmissionServer.parse(url: url)
        } catch {
            throw .misconfigured("ENVELOPE_SMTP_URL", error)
        }
        let sender = try sender(settings, username: username)
        let login = settings.proof.map { proof in
            AccountTransport.Login(
                username: username ?? sender.address.text, isToken: proof.isToken, source: proof.source)
        }
        if login == nil, username != nil { throw .noSecret }
        var options = SMTPOptions()
        options.caFile = settings.caFile
        options.allowPlainBeyondLoopback = settings.allowsPlain
        let record = AccountRecord(
            id: stableID(server, username: username, sender: sender.address), name: sender.address.text,
            kind: .smtp, server: server.description, username: username, sender: sender.address)
        return try mailbox(
            record, sender, at: server, login, options, settings,
            reader: reader { () throws(Failure) in
                try IMAPMailbox.environment(
                    settings, smtpHost: server.host, smtpUser: username, sender: sender.address)
            }, sentCopy: nil, now: now)
    }

    /// One that was set up with `envelope accounts add`.
    ///
    /// - Parameters:
    ///   - sealed: its secret, where the record keeps it.
    ///   - inbox: the mailbox's own secret, where the record keeps one.
    ///   - tokens: of one that logs in by OAuth.
    static func configured(
        _ stored: ConfiguredAccount, sealed: Secret?, inbox: Secret? = nil, tokens: OAuthTokens? = nil,
        _ settings: Settings,
        now: @escaping @Sendable () -> Timestamp
    ) throws(Failure) -> (account: Account, transport: AccountTransport) {
        let server = try SubmissionServer(stored)
        var options = SMTPOptions(stored)
        // Asked for when it was set up.
        options.allowPlainBeyondLoopback = true
        let login = stored.login.map {
            AccountTransport.Login($0, of: stored, sealed: sealed, tokens: tokens)
        }
        let record = AccountRecord(
            id: stored.id, name: stored.name, kind: .smtp, server: server.description,
            username: stored.login?.username, sender: stored.sender.address)
        return try mailbox(
            record, stored.sender, at: server, login, options, settings,
            reader: reader { () throws(Failure) in
                try IMAPMailbox.configured(stored, login, sealed: inbox)
            }, sentCopy: stored.inbox.sentCopy.flatMap(SentCopyPolicy.init), now: now)
    }

    private static func mailbox(
        _ record: AccountRecord, _ sender: Mailbox, at server: SubmissionServer,
        _ login: AccountTransport.Login?,
        _ options: SMTPOptions, _ settings: Settings, reader: (any MailboxReader)?,
        sentCopy: SentCopyPolicy?, now: @escaping @Sendable () -> Timestamp
    ) throws(Failure) -> (account: Account, transport: AccountTransport) {
        let terms = try Terms(settings, at: server.host)
        var options = options
        options.connectionsPerServer = terms.connections
        let transport = AccountTransport(server: server, login: login, options: options, now: now)
        let account = Account(
            record: record, sender: sender, transport: transport,
            schedule: RetrySchedule.standard.givingUp(after: terms.giveUpAfter),
            connections: terms.connections, rails: terms.rails, mailbox: reader,
            sentCopy: sentCopy ?? (try? settings.sentCopy()) ?? .never)
        return (account, transport)
    }

    /// The mailbox, or one that says what is wrong with its settings: mail is sent all the same.
    private static func reader(
        _ mailbox: () throws(Failure) -> IMAPMailbox?
    ) -> (any MailboxReader)? {
        do throws(Failure) {
            return try mailbox()
        } catch {
            return UnusableMailbox(failure: error)
        }
    }

    /// The account of a sandbox process: any sender unless a rule names some, only to the SMTP server inside it.
    static func sandbox(
        port: Int, _ settings: Settings, now: @escaping @Sendable () -> Timestamp
    ) throws(Failure) -> (account: Account, transport: AccountTransport) {
        let server = try SubmissionServer(host: "127.0.0.1", port: port, security: .plain)
        let sender: Mailbox
        do throws(Failure) {
            sender = try Mailbox(parsing: settings.from ?? "agent@simulator.test")
        } catch {
            throw .misconfigured("ENVELOPE_FROM", error)
        }
        let terms = try Terms(settings, at: "127.0.0.1")
        var options = SMTPOptions()
        options.connectionsPerServer = terms.connections
        let transport = AccountTransport(server: server, login: nil, options: options, now: now)
        // Without the port, which changes from process to process: what one left behind another sends.
        let record = AccountRecord(
            id: "sandbox", name: "sandbox", kind: .sandbox, server: "sandbox", username: nil,
            sender: sender.address)
        let account = Account(
            record: record, sender: sender, allowsAnySender: terms.rails.senders.isEmpty,
            transport: transport,
            schedule: RetrySchedule.sandbox.givingUp(after: terms.giveUpAfter),
            connections: terms.connections, rails: terms.rails)
        return (account, transport)
    }

    /// What the settings say of how an account is used.
    private struct Terms {
        let connections: Int
        /// Seconds; nil leaves the default.
        let giveUpAfter: Double?
        let rails: GuardRails

        /// - Parameter host: of the server, which may take fewer connections than others.
        init(_ settings: Settings, at host: String) throws(Failure) {
            do {
                connections = try settings.connections() ?? Provider.running(host: host)?.connections ?? 4
                giveUpAfter = try settings.giveUpAfter()?.seconds
                rails = try settings.guardRails()
            } catch {
                throw .misconfigured(error)
            }
        }
    }

    private static func sender(_ settings: Settings, username: String?) throws(Failure) -> Mailbox {
        do {
            if let from = settings.from { return try Mailbox(parsing: from) }
        } catch {
            throw .misconfigured("ENVELOPE_FROM", error)
        }
        if let username, let address = try? Address(parsing: username) { return Mailbox(address) }
        throw Failure(
            .noAccountConfigured, "ENVELOPE_SMTP_URL is set, but not who the mail is from.",
            hint: "Tell the person who runs this server to set ENVELOPE_FROM to the mailbox's address.")
    }

    /// The same in every process: FNV-1a over what makes an account.
    static func stableID(_ server: SubmissionServer, username: String?, sender: Address) -> String {
        let parts = [server.description, username ?? "", sender.text]
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in parts.joined(separator: "\n").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return "env-" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Failure {
    fileprivate static let noSecret = Failure(
        .noAccountConfigured,
        "ENVELOPE_SMTP_URL names a user, but there is no password or token to log in with.",
        hint:
            "Tell the person who runs this server to set ENVELOPE_SMTP_PASSWORD (or ENVELOPE_SMTP_PASSWORD_FILE, or "
            + "_COMMAND; ENVELOPE_SMTP_TOKEN for OAuth 2.0), or to take the user out of ENVELOPE_SMTP_URL if the server "
            + "wants no login.")
}
