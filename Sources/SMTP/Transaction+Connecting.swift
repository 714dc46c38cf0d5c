import Curl
import Mail

extension Transaction {
    /// Takes over how the session was made.
    mutating func converse(_ session: Session) {
        if phase < .auth { phase = session.isLoggedIn ? .auth : .ehlo }
        for line in session.lines {
            switch line {
            case .client(let command): say(command)
            // What comes with 334 belongs to the exchange of credentials.
            case .server(let reply): hear([Reply.code(of: reply) == 334 ? "334 •••" : reply])
            }
        }
    }

    /// Tells how far a connect got, and whether the server refused or the line failed.
    mutating func noteFailedConnect(
        _ error: CurlError, security: SubmissionServer.Security, credentials: Credentials?
    ) {
        let session = error.session
        converse(session)
        phase = session.phaseReached(security)
        if error.kind == .tlsFailed, phase < .auth { phase = .tls }
        let last = session.lastReply
        if let last, last.isTransient || last.isPermanent, error.kind != .timedOut, error.kind != .cancelled {
            sessionRefusal = last
            return
        }
        if error.kind == .loginDenied, let refusal = session.bearerRefusal(without: credentials?.strikeout) {
            sessionRefusal = refusal
            return
        }
        if error.kind == .loginDenied, let credentials {
            phase = .auth
            fault = session.faultUnlessLoggedIn(credentials)
        }
        fault =
            fault
            ?? TransportFault(
                kind(of: error, session), detail: detail(of: error, session), curlCode: error.name)
    }

    private func kind(of error: CurlError, _ session: Session) -> TransportFault.Kind {
        switch error.kind {
        case .resolveFailed: .resolveFailed
        case .connectFailed: .connectFailed
        case .tlsFailed: .tlsFailed
        case .loginDenied: .authUnavailable
        case .timedOut: session.strangeWords == nil ? .timedOut : .protocolError
        case .refused: .protocolError
        case .cancelled, .stopped: .cancelled
        case .lineLost, .notQuiet: session.strangeWords == nil ? .lineLost : .protocolError
        // The last three are about HTTP requests alone.
        case .other, .unfit, .addressRefused, .tooLong: .connectFailed
        }
    }

    private func detail(of error: CurlError, _ session: Session) -> String {
        if let words = session.strangeWords { return Reply.printable("the server said: \(words)") }
        return Reply.printable(error.detail)
    }
}
