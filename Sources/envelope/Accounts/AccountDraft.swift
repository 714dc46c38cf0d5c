import Mail
import SMTP
import Store

/// An account that is being set up: all but its id and name, with its secret.
struct AccountDraft {
    let sender: Mailbox
    let host: String
    let port: Int
    let security: ConfiguredAccount.Security
    let login: ConfiguredAccount.Login?
    /// Nil where it is in a file or comes from a command; the access token of one that signed in with OAuth.
    let secret: Secret?
    let oauth: OAuthSignIn.Signed?
    let caFile: String?
    let publicKey: String?
    /// Nil where nobody is to look into a mailbox.
    var imapURL: String?
    var inbox = ConfiguredAccount.Inbox()
    /// The mailbox's own, to be sealed.
    var inboxSecret: Secret?

    func account(id: String, name: String, isDefault: Bool, createdAt: Timestamp) -> ConfiguredAccount {
        var account = ConfiguredAccount(
            id: id, name: name, sender: sender, host: host, port: port, security: security, login: login,
            isDefault: isDefault, imapURL: imapURL, caFile: caFile, publicKey: publicKey, createdAt: createdAt
        )
        account.inbox = inbox
        return account
    }
}
