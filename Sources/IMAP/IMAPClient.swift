package import Curl
import Mail

/// Opens sessions with one mailbox, each for as long as a block runs.
///
/// libcurl makes the session (name, TCP, TLS, STARTTLS, login); the commands are this room's own, because libcurl
/// reads the text of messages as if the server had said it.
package struct IMAPClient: Sendable {
    package let server: IMAPServer
    private let credentials: IMAPCredentials
    let options: IMAPOptions
    let engine: Engine

    package init(
        server: IMAPServer, credentials: IMAPCredentials, options: IMAPOptions = IMAPOptions(), engine: Engine
    ) {
        self.server = server
        self.credentials = credentials
        self.options = options
        self.engine = engine
    }

    /// With an engine, and so a thread while it is used, of its own: for a look now and then.
    package init(server: IMAPServer, credentials: IMAPCredentials, options: IMAPOptions = IMAPOptions()) {
        self.init(server: server, credentials: credentials, options: options, engine: Engine())
    }

    /// Logs in, lends the session and closes it, however the block ends; a cancel ends what is being waited for.
    ///
    /// Throws `IMAPError`, or whatever the block throws.
    @discardableResult
    package func withSession<Result>(
        _ body: (inout IMAPSession) async throws -> Result
    ) async throws -> Result {
        var conversation = Conversation(strikeout: credentials.strikeout(server))
        let connection: Connection
        do throws(IMAPError) {
            connection = try await connect(&conversation)
        } catch {
            throw conversation.closing(error)
        }
        var session = IMAPSession(connection, options: options, conversation: conversation)
        do {
            try await session.begin()
            let result = try await body(&session)
            await connection.close(farewell: session.farewell)
            return result
        } catch {
            await connection.close(farewell: session.farewell)
            throw error
        }
    }

    private func connect(_ conversation: inout Conversation) async throws(IMAPError) -> Connection {
        if server.security == .plain, !server.isLoopback, !options.allowPlainBeyondLoopback {
            throw IMAPError(
                .plainNotAllowed, "before connecting",
                "\(server) is not on this machine, and the line would not be encrypted", phase: .resolve)
        }
        guard credentials.isSayable else {
            throw IMAPError(
                .notSayable, "at the login",
                "the user name or the secret is empty or holds a control character",
                phase: .auth)
        }
        let deadline = ContinuousClock.now + options.deadlines.connect
        var byAnyMeans = false
        while true {
            do {
                let connection = try await engine.connect(
                    request(
                        credentials.login(to: server, byAnyMeans: byAnyMeans), publicKey: options.publicKey),
                    deadline: deadline)
                conversation.converse(connection.session)
                // libcurl goes on without a login where it finds no way to make one.
                if connection.session.isLoggedIn { return connection }
                await connection.close()
                throw unavailable(connection.session)
            } catch let error as CurlError {
                conversation.converse(error.session)
                // Once more, and only where no mechanism fits: what was refused stays refused.
                if error.kind == .loginDenied, !byAnyMeans, error.session.wantsLoginCommand(credentials) {
                    byAnyMeans = true
                    continue
                }
                throw IMAPError(connecting: error, server: server, credentials: credentials)
            } catch let error as IMAPError {
                throw error
            } catch {
                throw IMAPError(.connectFailed, "while connecting", "\(error)")
            }
        }
    }

    private func unavailable(_ session: Session) -> IMAPError {
        IMAPError(
            .authUnavailable, "at the login", session.offeredLogins, phase: .auth)
    }

    func request(_ login: Login?, publicKey: String?) -> ConnectRequest {
        let security: ConnectRequest.Security =
            switch server.security {
            case .implicitTLS: .implicitTLS
            case .startTLS: .startTLS
            case .plain: .plain
            }
        return ConnectRequest(
            url: "\(server.security == .implicitTLS ? "imaps" : "imap")://\(server.authority)/",
            security: security, login: login, caFile: options.caFile, publicKey: publicKey)
    }
}
