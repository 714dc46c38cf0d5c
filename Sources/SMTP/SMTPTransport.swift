package import Curl
package import Mail

/// Carries messages to one submission server over a few connections that it keeps and uses again.
///
/// Each message is one mail transaction; libcurl makes the session, this room speaks the transaction, because only
/// then it is known exactly whether the final dot has left. Nothing is connected before the first message.
package struct SMTPTransport: MailTransport {
    package let server: SubmissionServer
    let credentials: Credentials?
    let options: SMTPOptions
    let engine: Engine
    private let pool: ConnectionPool
    let isReadableOnTheWay: Bool

    package init(server: SubmissionServer, credentials: Credentials?, options: SMTPOptions, engine: Engine) {
        self.server = server
        self.credentials = credentials
        self.options = options
        self.engine = engine
        self.pool = ConnectionPool(limit: options.connectionsPerServer, idleKeep: options.idleKeep)
        isReadableOnTheWay = server.security == .plain && !server.isLoopback
    }

    /// With an engine, and so a thread, of its own: for a program with one server.
    package init(
        server: SubmissionServer, credentials: Credentials? = nil, options: SMTPOptions = SMTPOptions()
    ) {
        self.init(server: server, credentials: credentials, options: options, engine: Engine())
    }

    package var executor: (any TaskExecutor)? { engine.executor }

    package func carry(
        _ mailData: MailData, in envelope: Envelope, gate: @escaping Gate, progress: @escaping Progress
    ) async -> Transaction {
        let stopper = Stopper()
        // A task of its own, so that a cancel reaches it only while the stopper lets it, and on the engine's thread,
        // so that a command follows a reply without a change of thread.
        let task = Task(executorPreference: engine.executor) {
            await run(mailData, in: envelope, stopper: stopper, gate: gate, progress: progress)
        }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            if stopper.stop() { task.cancel() }
        }
    }

    /// Says goodbye on every idle connection and refuses what comes later; a transaction under way goes to its end.
    package func close() async {
        await pool.close()
    }

    private func run(
        _ mailData: MailData, in envelope: Envelope, stopper: Stopper, gate: @escaping Gate,
        progress: @escaping Progress
    ) async -> Transaction {
        var record = Transaction(forwardPaths: envelope.forwardPaths)
        if isReadableOnTheWay, !options.allowPlainBeyondLoopback {
            record.fault = TransportFault(
                .plainNotAllowed,
                detail: "\(server) is not on this machine, and the line would not be encrypted")
            return record
        }
        var place = await pool.enter()
        if case .gone = place { return record.unserved() }
        let wire = await Self.wireData(mailData)
        var mayBeStale = true
        var mayBeCrowded = true
        var kept: OpenSession?
        while true {
            var given: OpenSession?
            switch place {
            case .gone: return record.unserved()
            case .idle(let open): given = open
            case .vacant: break
            }
            if given != nil {
                record.phase = .ehlo
                record.note("(on a connection that was already open)")
            }
            if let open = await openSession(given, &record, progress) {
                var transaction = MailTransaction(
                    wire, in: envelope, over: open, options: options, record: record, stopper: stopper,
                    gate: gate, progress: progress)
                await transaction.run()
                record = transaction.record
                if record.meetsConnectionLimit { transaction.isReusable = false }
                if transaction.isReusable {
                    kept = transaction.session
                    break
                }
                await open.connection.close(farewell: transaction.mayQuit ? ConnectionPool.quit : [])
            }
            // Once each: neither is the message's fault, nor costs it an attempt.
            if mayBeStale, given != nil, record.isStale {
                mayBeStale = false
                record = record.forgotten("(the idle connection was gone; once again on a fresh one)")
                place = .vacant
            } else if mayBeCrowded, record.meetsConnectionLimit, let other = await pool.enterAgain() {
                mayBeCrowded = false
                record = record.forgotten("(the server takes no more connections; once again on another)")
                place = other
            } else {
                break
            }
        }
        await pool.leave(keeping: kept, isAccepted: record.finalDot?.isPositive == true)
        return record
    }

    /// Made only when a connection is there, so that what queues is not in memory twice, and away from the engine's
    /// thread when it is long: 25 MiB take some 30 ms.
    private static func wireData(_ mailData: MailData) async -> WireData {
        if mailData.size <= 65_536 { return WireData(mailData) }
        return await withTaskExecutorPreference(globalConcurrentExecutor) { WireData(mailData) }
    }

    /// The session given, or a fresh one; nil with the reason in `record` when there is none to be had.
    func openSession(
        _ given: OpenSession?, _ record: inout Transaction, _ progress: @escaping Progress
    ) async -> OpenSession? {
        if let given { return given }
        progress(.phase(.resolve))
        do {
            let connection = try await engine.connect(
                request(
                    security: server.security, login: credentials?.login, publicKey: options.publicKey,
                    progress: progress), deadline: .now + options.deadlines.connect)
            record.converse(connection.session)
            let session = OpenSession(
                connection: connection, capabilities: Capabilities(connection.session))
            guard let fault = credentials.flatMap({ connection.session.faultUnlessLoggedIn($0) }) else {
                return session
            }
            record.phase = .auth
            record.fault = fault
            await connection.close(farewell: ConnectionPool.quit)
            return nil
        } catch {
            record.noteFailedConnect(error, security: server.security, credentials: credentials)
            // The login was told when its command went out.
            let isTold = record.phase == .auth && record.conversation.contains { $0.hasPrefix("C: AUTH ") }
            if record.phase > .resolve, !isTold { progress(.phase(record.phase)) }
            return nil
        }
    }

    func request(
        security: SubmissionServer.Security, login: Login?, publicKey: String?, progress: @escaping Progress
    ) -> ConnectRequest {
        let scheme = security == .implicitTLS ? "smtps" : "smtp"
        let protection: ConnectRequest.Security =
            switch security {
            case .implicitTLS: .implicitTLS
            case .startTLS: .startTLS
            case .plain: .plain
            }
        return ConnectRequest(
            url: "\(scheme)://\(server.authority)/\(options.ehloNameInURL)", security: protection,
            login: login, caFile: options.caFile, publicKey: publicKey,
            heard: { if $0.hasPrefix("AUTH ") { progress(.phase(.auth)) } })
    }
}

extension SMTPOptions {
    /// libcurl takes the EHLO name from the URL's path and decodes it.
    fileprivate var ehloNameInURL: String {
        ehloName.utf8.map { octet in
            let plain = Character(Unicode.Scalar(octet))
            if plain.isASCII, plain.isLetter || plain.isNumber || "-._".contains(plain) {
                return String(plain)
            }
            let digits = String(octet, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
