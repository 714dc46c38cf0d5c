import IMAP
import JSON
import Mail
import SMTP
import Store
import Tools

extension ConfiguredAccount {
    /// `smtps://host:465`, without the user.
    var url: String { (try? SubmissionServer(self))?.description ?? "\(host):\(port)" }

    /// Where its secret is, never the secret.
    var secretPlace: String {
        login.map { Self.words($0.place) } ?? "no login"
    }

    private static func words(_ place: Login.Place) -> String {
        switch place {
        case .sealed: "sealed in the record"
        case .oauth: "OAuth 2.0, tokens sealed in the record"
        case .file(let path): "the file \(path)"
        // A command may hold a secret itself.
        case .command: "a command"
        }
    }

    /// As the commands print it: no secret in it.
    var report: JSON.Object {
        var object: JSON.Object = [
            "id": .string(id), "name": .string(name), "sender": .string(sender.text), "server": .string(url),
            "default": .bool(isDefault), "created_at": .string(createdAt.rfc3339),
        ]
        object["username"] = (login?.username).map(JSON.string)
        object["login"] = .string(login?.proof.rawValue ?? "none")
        object["secret"] = .string(secretPlace)
        object["imap"] = imapURL.map(JSON.string)
        object["imap_username"] = inbox.username.map(JSON.string)
        object["imap_secret"] = inbox.place.map { .string(Self.words($0)) }
        object["imap_ca_file"] = inbox.caFile.map(JSON.string)
        object["imap_pin"] = inbox.publicKey.map(JSON.string)
        object["sent_copy"] = inbox.sentCopy.map(JSON.string)
        object["ca_file"] = caFile.map(JSON.string)
        object["pin"] = publicKey.map(JSON.string)
        return object
    }

    /// A line for a person.
    var summary: String {
        "\(isDefault ? "*" : " ") \(name)  \(url)\(login.map { " as \($0.username)" } ?? "")  (\(secretPlace))"
            + "  mailbox: \(imapURL ?? "none")"
    }

    /// What a look into its mailbox came to, for a person.
    func mailboxLines(_ check: MailboxLogin?) -> [String] { Self.mailboxLines(check, at: imapURL) }

    static func mailboxLines(_ check: MailboxLogin?, at imapURL: String?) -> [String] {
        guard let check else {
            return ["  No mailbox is looked into, so bounces and Sent copies are not seen."]
        }
        let place = imapURL ?? "its mailbox"
        guard let failure = check.failure else {
            let folder = check.sentFolder.map { ", sent mail in \($0)" } ?? ", no folder for sent mail"
            return ["  ✔ mailbox: logged in to \(place)\(folder)"]
        }
        let key = check.publicKey.map { ["    Its key: \($0)"] } ?? []
        return [
            "  ✘ mailbox \(place): \(failure.message)", "    \(failure.hint)",
            "    Mail is sent all the same; what becomes of it is not seen.",
        ] + key
    }
}

extension MailboxLogin {
    var report: JSON.Object {
        var object: JSON.Object = ["works": .bool(failure == nil)]
        object["sent_folder"] = sentFolder.map(JSON.string)
        object["error"] = failure.map { .object(MailTools.report($0)) }
        object["server_key"] = publicKey.map(JSON.string)
        return object
    }
}
