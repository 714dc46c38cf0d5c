import JSON
import Mail
import SMTP
import Store

extension ConfiguredAccount {
    /// `smtps://host:465`, without the user.
    var url: String { (try? SubmissionServer(self))?.description ?? "\(host):\(port)" }

    /// Where its secret is, never the secret.
    var secretPlace: String {
        switch login?.place {
        case nil: "no login"
        case .sealed?: "sealed in the record"
        case .oauth?: "OAuth 2.0, tokens sealed in the record"
        case .file(let path)?: "the file \(path)"
        // A command may hold a secret itself.
        case .command?: "a command"
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
        object["ca_file"] = caFile.map(JSON.string)
        object["pin"] = publicKey.map(JSON.string)
        return object
    }

    /// A line for a person.
    var summary: String {
        "\(isDefault ? "*" : " ") \(name)  \(url)\(login.map { " as \($0.username)" } ?? "")  (\(secretPlace))"
    }
}
