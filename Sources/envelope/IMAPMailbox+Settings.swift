import Discovery
import IMAP
import Mail
import SMTP
import Sending
import Store

extension IMAPMailbox {
    /// The mailbox that the environment describes for an account; nil when it describes none.
    ///
    /// - Parameters:
    ///   - smtpHost: where its mail is handed in.
    ///   - smtpUser: whom the account logs in as for sending.
    ///   - sender: logged in with where no URL names a user.
    static func environment(
        _ settings: Settings, smtpHost: String, smtpUser: String?, sender: Address
    ) throws(Failure) -> IMAPMailbox? {
        guard let url = settings.imapURL else { return nil }
        let parsed: (server: IMAPServer, username: String?)
        do {
            parsed = try IMAPServer.parse(url: url)
        } catch {
            throw error.at("ENVELOPE_IMAP_URL")
        }
        let username = parsed.username ?? smtpUser ?? sender.text
        guard let proof = settings.proof(ofMailbox: username, smtpUser: smtpUser) else { throw .noSecret }
        var options = IMAPOptions()
        options.caFile = settings.imapCAFile
        return IMAPMailbox(
            server: parsed.server, username: username, isToken: proof.isToken, source: proof.source,
            options: options, filesByItself: Provider.filesCopies(from: smtpHost, to: parsed.server.host))
    }

    /// That of a stored account: as the same user and with the same secret as it sends with, unless it says otherwise.
    ///
    /// - Parameters:
    ///   - login: how the account sends; nil where its server wants no login.
    ///   - sealed: the mailbox's own secret, where the record keeps one.
    /// - Returns: nil when nobody is to look into it.
    static func configured(
        _ account: ConfiguredAccount, _ login: AccountTransport.Login?, sealed: Secret?
    ) throws(Failure) -> IMAPMailbox? {
        guard let url = account.imapURL else { return nil }
        let parsed = try IMAPServer.parse(url: url)
        let inbox = account.inbox
        let username = inbox.username ?? parsed.username ?? login?.username ?? account.sender.address.text
        let proof: (isToken: Bool, source: SecretSource)
        if let kind = inbox.proof, let place = inbox.place {
            let own = AccountTransport.Login(
                .init(username: username, proof: kind, place: place), of: account, sealed: sealed, tokens: nil
            )
            proof = (own.isToken, own.source)
        } else if let login {
            proof = (login.isToken, login.source)
        } else {
            throw .noStoredSecret(account.name)
        }
        var options = IMAPOptions()
        options.caFile = inbox.caFile
        options.publicKey = inbox.publicKey
        return IMAPMailbox(
            server: parsed.server, username: username, isToken: proof.isToken, source: proof.source,
            options: options, filesByItself: Provider.filesCopies(from: account.host, to: parsed.server.host))
    }
}

extension Settings {
    var imapURL: String? { text("imap.url") }

    /// Its own, or the one for sending: private authorities mostly vouch for both servers.
    var imapCAFile: String? { text("imap.ca.file") ?? caFile }

    /// How to log in to the mailbox: its own secret, or the one for sending where the user is the same one.
    ///
    /// - Returns: nil when there is none; another user's password is never tried.
    func proof(ofMailbox username: String, smtpUser: String?) -> (isToken: Bool, source: SecretSource)? {
        if let own = proof("imap") { return own }
        return username == smtpUser ? proof : nil
    }

    /// The first pause between two looks into a mailbox; nil leaves the default.
    func imapPolling() throws(SettingsError) -> Duration? {
        try duration("imap.poll", "ENVELOPE_IMAP_POLL (--imap-poll)")
    }

    /// Whether copies of sent mail are filed.
    func sentCopy() throws(SettingsError) -> SentCopyPolicy {
        guard let text = text("sent.copy") else { return .auto }
        if let policy = SentCopyPolicy(rawValue: text.lowercased()) { return policy }
        throw SettingsError("ENVELOPE_SENT_COPY (--sent-copy) is auto, always or never, not \(text).")
    }
}

extension Failure {
    fileprivate static func noStoredSecret(_ name: String) -> Failure {
        Failure(
            .noAccountConfigured,
            "The account \(name) sends without a login, and its mailbox has no secret of its own.",
            hint: "Add it anew with --imap-user and --imap-password-file (or -command), or with --no-imap.")
    }

    fileprivate static let noSecret = Failure(
        .noAccountConfigured,
        "ENVELOPE_IMAP_URL names a mailbox, but there is no password or token to log in with.",
        hint:
            "Tell the person who runs this server to set ENVELOPE_IMAP_PASSWORD (or _FILE, or _COMMAND;"
            + " ENVELOPE_IMAP_TOKEN for OAuth 2.0). The secret for sending is used only for the same user.")
}
