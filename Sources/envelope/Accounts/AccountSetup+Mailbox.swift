import Discovery
import IMAP
import Mail
import SMTP
import Sending
import Store

extension AccountSetup {
    /// What came of looking for the mailbox.
    enum Inbox {
        /// Not wanted.
        case none
        /// Kept without a try.
        case untried
        case works(sentFolder: String?)
        /// Does not work; `isKept` when it will be tried again.
        case failed(Failure, isKept: Bool)
        case notFound
    }

    /// The same with a mailbox that shows what becomes of its mail. Whatever fails here, the account can send.
    func withMailbox(_ found: Found) async throws(Failure) -> Found {
        var found = found
        if command.noIMAP {
            if command.options.imapURL == nil { return found }
            throw Failure(
                .invalidRequest, "--no-imap and --imap-url contradict each other.", hint: "Give one of them.",
                field: "no_imap")
        }
        try takeTerms(into: &found.draft)
        if let url = command.options.imapURL { return try await named(url, found) }
        let user = command.imapUser ?? found.draft.login?.username ?? sender.address.text
        let hasOwn = AccountSecret.hasOwn("imap", in: desk.settings, for: user)
        // Without a secret there is nothing to log in with.
        if found.draft.login == nil, !hasOwn { return found }
        let candidates = await Spinner.turning("Looking for the mailbox of \(sender.address)") {
            await discovery.mailboxes(
                for: sender.address, sendingThrough: found.draft.host,
                ownSecret: hasOwn)
        }
        var reason: Failure?
        for candidate in candidates {
            let isKnown = candidate.source == .provider
            if command.noTest, !isKnown { continue }
            var draft = found.draft
            let security: IMAPServer.Security = candidate.security == .tls ? .implicitTLS : .startTLS
            guard let server = try? IMAPServer(host: candidate.host, port: candidate.port, security: security)
            else { continue }
            let username = command.imapUser ?? candidate.username
            let unused = place(server, username == draft.login?.username ? nil : username, in: &draft)
            // Found for the mailbox's own secret; the one for sending is not to be shown there.
            if hasOwn, draft.inbox.proof == nil { continue }
            let outcome = await tried(draft)
            if case .failed(let failure, _) = outcome, !isKnown {
                // What nobody answers at was a guess.
                if failure.code != .connectionFailed, failure.code != .timeout { reason = reason ?? failure }
                continue
            }
            if let unused { StandardError.write(unused + "\n") }
            found.draft = draft
            found.mailbox = outcome
            return found
        }
        found.draft.inbox = .init()
        found.draft.inboxSecret = nil
        found.mailbox = reason.map { .failed($0, isKept: false) } ?? .notFound
        return found
    }

    /// A mailbox that the person named; kept also when it does not work yet.
    private func named(_ url: String, _ found: Found) async throws(Failure) -> Found {
        var found = found
        let (server, urlUser): (IMAPServer, String?)
        do throws(Failure) {
            (server, urlUser) = try IMAPServer.parse(url: url)
        } catch {
            throw error.at("imap_url")
        }
        if server.security == .plain, !server.isLoopback {
            throw Failure(
                .tlsFailed, "\(server) is not on this machine, and the line would not be encrypted.",
                hint: "Use imaps:// or imap://; imap+plain:// is for a server on this machine.",
                field: "imap_url")
        }
        if let unused = place(server, command.imapUser ?? urlUser, in: &found.draft) {
            StandardError.write(unused + "\n")
        }
        found.mailbox = await tried(found.draft)
        return found
    }

    /// What the flags say of the mailbox, wherever it is.
    private func takeTerms(into draft: inout AccountDraft) throws(Failure) {
        if let text = command.options.sentCopy {
            guard let policy = SentCopyPolicy(rawValue: text.lowercased()) else {
                throw Failure(
                    .invalidRequest, "--sent-copy is auto, always or never.", hint: "Give one of the three.",
                    field: "sent_copy")
            }
            draft.inbox.sentCopy = policy.rawValue
        }
    }

    /// - Returns: a sentence about a secret that there is and that is another mailbox's.
    private func place(
        _ server: IMAPServer, _ username: String?, in draft: inout AccountDraft
    ) -> String? {
        let user = username ?? draft.login?.username ?? sender.address.text
        let own = AccountSecret.own("imap", in: desk.settings, for: user, at: server.host)
        draft.inbox.proof = own.given?.proof
        draft.inbox.place = own.given?.place
        draft.inboxSecret = own.given?.sealed
        draft.imapURL = server.description
        draft.inbox.username = username
        draft.inbox.caFile = command.options.imapCAFile.map(SystemFile.absolute) ?? draft.caFile
        // Another host has another key.
        draft.inbox.publicKey = command.imapPin ?? (server.host == draft.host ? draft.publicKey : nil)
        return own.unused
    }

    private func tried(_ draft: AccountDraft) async -> Inbox {
        if command.noTest { return .untried }
        let account = draft.account(id: "", name: sender.address.text, isDefault: false, createdAt: .now)
        let check = await Spinner.turning("Trying \(draft.imapURL ?? "the mailbox")") {
            await desk.checkedMailbox(account, secret: draft.secret, inbox: draft.inboxSecret)
        }
        guard let failure = check?.failure else { return .works(sentFolder: check?.sentFolder) }
        return .failed(failure.withKey(check?.publicKey), isKept: true)
    }
}

extension Failure {
    /// With how to trust a server that nobody vouches for.
    fileprivate func withKey(_ publicKey: String?) -> Failure {
        guard let publicKey else { return self }
        return Failure(
            code, message,
            hint:
                "If it is your own server, trust its key alone: --imap-pin \(publicKey). Compare the key on the "
                + "server first. For an authority of your own: --imap-ca-file FILE.",
            retryable: retryable, phase: phase)
    }
}
