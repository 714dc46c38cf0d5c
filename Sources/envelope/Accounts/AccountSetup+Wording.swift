import Discovery
import IMAP
import JSON
import Mail
import SMTP
import Store

extension AccountSetup {
    /// With what is known of the provider, and with the key of a server that nobody vouches for.
    func explained(
        _ failure: Failure, _ check: LoginCheck, _ provider: Provider?, _ draft: AccountDraft
    ) -> Failure {
        var hint = failure.hint
        if let key = check.publicKey {
            hint =
                "If it is your own server or a bridge on this machine, trust its key alone: --pin \(key). Compare the key "
                + "on the server first. For an authority of your own: --smtp-ca-file FILE."
        }
        if [.authFailed, .oauthRequired].contains(failure.code), let provider {
            hint = provider.advice + " " + hint
        }
        return Failure(
            failure.code, "\(draft.host) port \(draft.port): \(failure.message)", hint: hint,
            retryable: failure.retryable, phase: failure.phase, smtp: failure.smtp)
    }
}

extension AccountSetup.Found {
    func text(_ account: ConfiguredAccount) -> String {
        var lines = [
            isTested
                ? "✔ Logged in to \(account.url)\(account.login.map { " as \($0.username)" } ?? "")."
                : "Kept without a try: `envelope accounts test '\(account.name)'` logs in.",
            "  The account is called \(account.name)\(account.isDefault ? " and is the default" : "").",
        ]
        if case .oauth? = account.login?.place {
            lines.append("  Its tokens are sealed in the record and renewed by themselves.")
        }
        if case .sealed? = account.login?.place { lines.append("  Its secret is sealed in the record.") }
        lines += mailbox.lines(account)
        if let perDay = candidate?.provider?.perDay {
            lines.append("  \(candidate?.provider?.name ?? "") allows about \(perDay) messages a day.")
        }
        if let note = candidate?.provider?.note { lines.append("  \(note)") }
        return lines.joined(separator: "\n")
    }

    func json(_ account: ConfiguredAccount) -> JSON.Object {
        var object: JSON.Object = ["account": .object(account.report), "tested": .bool(isTested)]
        object["found_by"] = .string(candidate?.source.rawValue ?? "flags")
        object["size_limit"] = sizeLimit.map { .integer(Int64($0)) }
        object["mailbox"] = mailbox.report.map(JSON.object)
        if let provider = candidate?.provider {
            var about: JSON.Object = ["id": .string(provider.id), "name": .string(provider.name)]
            about["messages_per_day"] = provider.perDay.map { .integer(Int64($0)) }
            about["files_sent_copies"] = provider.filesSentCopies.map(JSON.bool)
            about["note"] = provider.note.map(JSON.string)
            object["provider"] = .object(about)
        }
        return object
    }
}

extension AccountSetup.Inbox {
    fileprivate func lines(_ account: ConfiguredAccount) -> [String] {
        switch self {
        case .none: account.mailboxLines(nil)
        case .untried: ["  Its mailbox is \(account.imapURL ?? "unknown"), not tried."]
        case .works(let folder): account.mailboxLines(MailboxLogin(failure: nil, sentFolder: folder))
        case .failed(let failure, true): account.mailboxLines(MailboxLogin(failure: failure))
        case .failed(let failure, false):
            [
                "  ✘ No mailbox is looked into: \(failure.message)", "    \(failure.hint)",
                "    Mail is sent all the same. To see bounces, name the mailbox: --imap-url imaps://host",
            ]
        case .notFound:
            ["  No mailbox was found, so bounces are not seen; name it: --imap-url imaps://host"]
        }
    }

    /// Nil where none was wanted.
    fileprivate var report: JSON.Object? {
        switch self {
        case .none: return nil
        case .untried: return ["tested": false]
        case .works(let folder): return MailboxLogin(failure: nil, sentFolder: folder).report
        case .failed(let failure, let isKept):
            var report = MailboxLogin(failure: failure).report
            report["kept"] = .bool(isKept)
            return report
        case .notFound: return ["works": false, "kept": false]
        }
    }
}

extension Provider {
    /// What to log in with.
    var advice: String {
        let place = help.map { " (\($0))" } ?? ""
        switch proof {
        case .password: return note ?? "\(name) takes the account's own password."
        case .appPassword: return "\(name) wants an app password\(place), not the account's own."
        case .oauth: return "\(name) takes OAuth 2.0 tokens alone\(place): --oauth --client-id ID signs in."
        case .apiKey: return "\(name) wants its key for SMTP\(place)."
        }
    }
}

extension Failure {
    static func nothingFound(_ address: Address) -> Failure {
        Failure(
            .connectionFailed, "No submission server was found for \(address.domain).",
            hint:
                "Name it as the provider documents it: --smtp-url smtps://smtp.example.com:465 (or smtp://…:587)."
        )
    }
}
