import IMAP
import Mail
import Sending

extension IMAPMailbox {
    /// The mailbox that the environment describes for an account; nil when it describes none.
    ///
    /// - Parameters:
    ///   - smtpUser: whom the account logs in as for sending.
    ///   - sender: logged in with where no URL names a user.
    static func environment(
        _ settings: Settings, smtpUser: String?, sender: Address
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
            options: options)
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

    /// Whether copies of sent mail are filed.
    func sentCopy() throws(SettingsError) -> SentCopyPolicy {
        guard let text = text("sent.copy") else { return .auto }
        if let policy = SentCopyPolicy(rawValue: text.lowercased()) { return policy }
        throw SettingsError("ENVELOPE_SENT_COPY is auto, always or never, not \(text).")
    }
}

extension Failure {
    fileprivate static let noSecret = Failure(
        .noAccountConfigured,
        "ENVELOPE_IMAP_URL names a mailbox, but there is no password or token to log in with.",
        hint:
            "Tell the person who runs this server to set ENVELOPE_IMAP_PASSWORD (or _FILE, or _COMMAND;"
            + " ENVELOPE_IMAP_TOKEN for OAuth 2.0). The secret for sending is used only for the same user.")
}
