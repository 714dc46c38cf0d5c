import Discovery
import IMAP
import Mail
import SMTP
import Sending
import Store

/// An account's mailbox over IMAP, with a session for each look.
struct IMAPMailbox: MailboxReader {
    let server: IMAPServer
    let username: String
    let isToken: Bool
    let source: SecretSource
    let options: IMAPOptions
    let filesByItself: Bool

    /// Batches of new messages in one look; the rest is for the next.
    private static let batches = 10

    /// What the provider calls the folder for sent messages; nil for a usual name.
    private var sentFolder: String? { Provider.keeping(at: server.host)?.sentFolder }

    /// How long a person waits at a prompt for a login.
    static let patience = Duration.seconds(20)

    /// Logs in now, and leaves.
    ///
    /// - Parameter patience: how long the server may take for the login.
    func checkLogin(within patience: Duration) async -> MailboxLogin {
        do throws(Failure) {
            let secret = try await secret()
            let login = await client(secret, patience).checkLogin(sentFolder: sentFolder)
            guard let failure = login.failure, isRefusal(failure) else { return login }
            let next = try await self.secret(insteadOf: secret)
            return await client(next, patience).checkLogin(sentFolder: sentFolder)
        } catch {
            return MailboxLogin(failure: error)
        }
    }

    func look(_ question: MailboxQuestion) async throws(Failure) -> MailboxFindings {
        let secret = try await secret()
        do throws(Failure) {
            return try await look(question, client(secret, nil))
        } catch {
            guard isRefusal(error) else { throw error }
            return try await look(question, client(try await self.secret(insteadOf: secret), nil))
        }
    }

    /// A token may be revoked before its time: then once more, with a new one.
    private func isRefusal(_ failure: Failure) -> Bool {
        source.isRenewable && failure.phase == .auth
            && [.authFailed, .oauthRequired].contains(failure.code)
    }

    private func look(
        _ question: MailboxQuestion, _ client: IMAPClient
    ) async throws(Failure) -> MailboxFindings {
        var findings = MailboxFindings()
        let folder: FolderName?
        do {
            folder = try await client.withSession { session in
                let folder = try await lookForCopies(question, &session, &findings)
                do throws(IMAPError) {
                    try await Self.readInbox(question, &session, &findings)
                } catch {
                    // The Sent folder can be seen, and what was read counts all the same.
                    if folder == nil, findings.cursor == nil { throw error }
                    findings.troubles.append(error.failure)
                }
                return folder
            }
        } catch let error as IMAPError {
            throw error.failure
        } catch {
            throw Failure(
                .internal, "The mailbox could not be looked into: \(error).", hint: "Try again later.",
                retryable: true)
        }
        if let folder { await file(question, into: folder, client, &findings) }
        return findings
    }

    private func secret(insteadOf refused: Secret? = nil) async throws(Failure) -> Secret {
        do throws(SecretSource.Unreadable) {
            return try await source.secret(insteadOf: refused)
        } catch {
            if let token = error.token { throw Failure(token) }
            throw Failure(
                .authFailed,
                "The mailbox's login has no secret: \(Reply.printable(error.reason ?? "it was stopped", limit: 300)).",
                hint: "Tell the person who runs this server to correct \(source.variable).")
        }
    }

    private func client(_ secret: Secret, _ patience: Duration?) -> IMAPClient {
        var options = options
        if let patience { options.deadlines.connect = patience }
        return IMAPClient(
            server: server,
            credentials: isToken
                ? .bearer(username: username, secret.reveal())
                : .password(username: username, secret.reveal()),
            options: options)
    }

    /// - Returns: the Sent folder; nil when there is none.
    private func lookForCopies(
        _ question: MailboxQuestion, _ session: inout IMAPSession, _ findings: inout MailboxFindings
    ) async throws(IMAPError) -> FolderName? {
        if question.sought.isEmpty { return nil }
        guard let folder = try await session.sentFolder(named: sentFolder) else {
            findings.troubles.append(.noSentFolder)
            return nil
        }
        try await session.examine(folder)
        for sought in question.sought where try await session.find(sought.messageID) != nil {
            findings.found.append(sought.id)
        }
        return folder
    }

    private static func readInbox(
        _ question: MailboxQuestion, _ session: inout IMAPSession, _ findings: inout MailboxFindings
    ) async throws(IMAPError) {
        var cursor = question.cursor.flatMap(FolderCursor.init(text:))
        for _ in 0..<batches {
            let new = try await session.newMessages(in: .inbox, after: cursor) { header in
                // Of an answer the header section says all; a report has to be read.
                let message = IncomingMessage(header)
                return message.root.type == "multipart/report" || message.isOfMailSystem
            }
            for message in new.messages {
                let returned = Returned(octets: message.header + message.body)
                if returned != .other { findings.returned.append(returned) }
            }
            cursor = new.cursor
            findings.cursor = cursor?.text
            if !new.hasMore { break }
        }
    }

    private func file(
        _ question: MailboxQuestion, into folder: FolderName, _ client: IMAPClient,
        _ findings: inout MailboxFindings
    ) async {
        let found = Set(findings.found)
        for sought in question.sought where sought.isToBeFiled && !found.contains(sought.id) {
            guard !Task.isCancelled, let mailData = await question.mailData(sought.id) else { continue }
            do {
                switch try await client.fileCopy(
                    mailData, id: sought.messageID, into: folder, at: sought.sentAt)
                {
                case .alreadyThere: findings.found.append(sought.id)
                case .filed: findings.filed.append(sought.id)
                case .unknown(let error): findings.troubles.append(error.failure)
                }
            } catch let error as IMAPError {
                findings.troubles.append(error.failure)
                // Each would have to be told the same.
                if error.kind != .tooLarge { return }
            } catch { return }
        }
    }
}

/// A mailbox whose settings are wrong; each look says how.
struct UnusableMailbox: MailboxReader {
    let failure: Failure
    let filesByItself = false

    func look(_ question: MailboxQuestion) async throws(Failure) -> MailboxFindings { throw failure }
}

extension FolderCursor {
    /// `uidvalidity:uid`.
    var text: String { "\(uidValidity):\(lastUID)" }

    /// Nil for anything else.
    init?(text: String) {
        let numbers = text.split(separator: ":").map { UInt32($0) }
        guard numbers.count == 2, let validity = numbers[0], let uid = numbers[1] else { return nil }
        self.init(uidValidity: validity, lastUID: uid)
    }
}

extension Failure {
    fileprivate static let noSentFolder = Failure(
        .notFound, "The mailbox has no folder for sent messages.",
        hint: "Make a folder named Sent, or set ENVELOPE_SENT_COPY=never (--sent-copy).")
}
