import Discovery
import JSON
import Mail
import SMTP
import Store

/// The way from an address to a draft that works: candidates in order, one secret, a login for each until one is
/// taken.
struct AccountSetup {
    let command: AccountsAdd
    let desk: AccountDesk
    let sender: Mailbox
    let discovery: Discovery
    let secret: AccountSecret

    /// What came out.
    struct Found {
        var draft: AccountDraft
        let candidate: Candidate?
        let isTested: Bool
        let sizeLimit: Int?
        var mailbox = Inbox.none
    }

    init(_ command: AccountsAdd, _ desk: AccountDesk) throws(Failure) {
        self.command = command
        self.desk = desk
        do {
            sender = try Mailbox(parsing: command.sender)
        } catch {
            throw error.at("sender")
        }
        if let name = command.name,
            name.isEmpty || name.utf8.count > 320 || name != Reply.printable(name, limit: 320)
        {
            throw Failure(
                .invalidRequest, "The name cannot be used.", hint: "Give a short printable one.",
                field: "name")
        }
        for (field, pin) in [("pin", command.pin), ("imap_pin", command.imapPin)] {
            guard let pin, !Self.isPin(pin) else { continue }
            throw Failure(
                .invalidRequest, "The pin is not sha256// and 44 digits of base64.",
                hint: "`envelope accounts test` and a failed `add` print a server's key in that form.",
                field: field)
        }
        secret = AccountSecret(command, desk.settings)
        discovery = Discovery(
            SystemLookups(web: WebFetch(allowsPrivate: command.allowPrivateAutoconfig)))
    }

    func run() async throws -> Found {
        if let url = command.options.smtpURL { return try await named(url) }
        if let id = command.provider {
            guard let provider = Provider.named(id) else {
                throw Failure(
                    .invalidRequest, "No provider is called \(Reply.printable(id, limit: 40)).",
                    hint: "Known are \(Provider.all.map(\.id).joined(separator: ", ")).", field: "provider")
            }
            return try await firstThatWorks(
                Discovery.candidates(of: provider, sender.address, .provider)
            ).get()
        }
        var worth: Failure?
        for source in Candidate.Source.allCases {
            let candidates = await Spinner.turning("Looking for the server of \(sender.address.domain)") {
                await discovery.candidates(for: sender.address, from: source)
            }
            if candidates.isEmpty { continue }
            // A guess is worth nothing before something there has answered.
            if source == .guess, command.noTest { break }
            switch try await firstThatWorks(candidates) {
            case .success(let found): return found
            // What the table says needs no guess behind it.
            case .failure(let failure) where source == .provider: throw failure
            case .failure(let failure): if source != .guess { worth = worth ?? failure }
            }
        }
        throw worth ?? .nothingFound(sender.address)
    }

    /// A server that the person named.
    private func named(_ url: String) async throws -> Found {
        let (server, urlUser) = try SubmissionServer.parse(url: url)
        if server.security == .plain, !server.isLoopback, !command.options.smtpAllowPlain {
            throw Failure(
                .tlsFailed, "\(server) is not on this machine, and the line would not be encrypted.",
                hint: "Use smtps:// or smtp://, or --smtp-allow-plain if you know that nobody listens.")
        }
        let provider = Provider.running(host: server.host)
        let username =
            command.user ?? urlUser ?? provider?.username(for: sender.address) ?? sender.address.text
        let given = try await secret.get(for: username, at: server.host, provider)
        let draft = draft(
            server.host, server.port, .init(server.security), username: username, secret: given)
        let check = await check(draft)
        if let failure = check.failure { throw explained(failure, check, provider, draft) }
        return Found(draft: draft, candidate: nil, isTested: !command.noTest, sizeLimit: check.sizeLimit)
    }

    /// - Throws: a failure that no other server would mend, as a refused login.
    private func firstThatWorks(
        _ candidates: [Candidate]
    ) async throws -> Result<Found, Failure> {
        var last = Failure.nothingFound(sender.address)
        for candidate in candidates {
            if !candidate.isVouchedFor { try agree(to: candidate) }
            // Nobody is asked for a password before something is there to take it.
            if candidate.source == .guess, await !isServer(candidate) { continue }
            let username = command.user ?? candidate.username
            let given = try await secret.get(for: username, at: candidate.host, candidate.provider)
            let draft = draft(candidate, username: username, secret: given)
            let check = await check(draft)
            guard let failure = check.failure else {
                return .success(
                    Found(
                        draft: draft, candidate: candidate, isTested: !command.noTest,
                        sizeLimit: check.sizeLimit))
            }
            last = explained(failure, check, candidate.provider, draft)
            switch failure.code {
            case .connectionFailed, .timeout: continue
            default: throw last
            }
        }
        return .failure(last)
    }

    private func check(_ draft: AccountDraft) async -> LoginCheck {
        if command.noTest { return LoginCheck(failure: nil) }
        let account = draft.account(id: "", name: sender.address.text, isDefault: false, createdAt: .now)
        return await Spinner.turning("Trying \(account.url)") {
            await desk.checked(account, secret: draft.secret)
        }
    }

    private func isServer(_ candidate: Candidate) async -> Bool {
        await check(draft(candidate, username: candidate.username, secret: nil)).failure == nil
    }

    /// RFC 6186 §6: unsigned DNS alone must not lead a password to a stranger.
    private func agree(to candidate: Candidate) throws(Failure) {
        let place = "\(candidate.host):\(candidate.port)"
        if Prompt.canAsk,
            Prompt.agrees(
                "\(sender.address.domain) names \(place), which is not its own. Send the password there?")
        {
            return
        }
        throw Failure(
            .invalidRequest,
            "The DNS of \(sender.address.domain) names the server \(place), which is not its own.",
            hint:
                "If that is right, name it: --smtp-url \(candidate.security == .tls ? "smtps" : "smtp")://\(place)"
        )
    }

    private func draft(
        _ candidate: Candidate, username: String, secret: AccountSecret.Given?
    ) -> AccountDraft {
        draft(
            candidate.host, candidate.port, candidate.security == .tls ? .tls : .starttls, username: username,
            secret: secret)
    }

    private func draft(
        _ host: String, _ port: Int, _ security: ConfiguredAccount.Security, username: String,
        secret: AccountSecret.Given?
    ) -> AccountDraft {
        AccountDraft(
            sender: sender, host: host, port: port, security: security,
            login: secret.map { .init(username: username, proof: $0.proof, place: $0.place) },
            secret: secret?.sealed, oauth: secret?.oauth,
            caFile: command.options.smtpCAFile.map(SystemFile.absolute),
            publicKey: command.pin)
    }

    private static func isPin(_ pin: String) -> Bool {
        pin.hasPrefix("sha256//") && pin.utf8.count == 52
            && pin.dropFirst(8).utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [0x2B, 0x2F, 0x3D].contains($0)
            }
    }
}
