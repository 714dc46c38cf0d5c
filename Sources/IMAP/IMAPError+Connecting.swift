import Curl
import Mail

extension IMAPError {
    /// Why no session came about, with how far it got.
    init(connecting error: CurlError, server: IMAPServer, credentials: IMAPCredentials) {
        let session = error.session
        let strikeout = credentials.strikeout(server)
        var phase = session.phaseReached(server.security)
        if error.kind == .tlsFailed, phase < .auth { phase = .tls }
        let isOurs = error.kind == .timedOut || error.kind == .cancelled || error.kind == .stopped
        if !isOurs, error.kind != .tlsFailed || phase == .tls, let refusal = session.refusal {
            let words = [strikeout(refusal.text), session.tokenRefusal.map { strikeout($0) }].compactMap {
                $0
            }
            .filter { !$0.isEmpty }.joined(separator: " ")
            let kind: Kind =
                phase == .auth
                ? .loginRefused : phase == .tls ? .tlsFailed : refusal.condition == .bye ? .bye : .refused
            self.init(
                kind, Self.stage(phase), words, code: refusal.code, curlCode: error.name, phase: phase)
            return
        }
        if error.kind == .loginDenied, let words = session.tokenRefusal {
            self.init(
                .loginRefused, Self.stage(.auth), strikeout(words), curlCode: error.name, phase: .auth)
            return
        }
        if error.kind == .loginDenied {
            self.init(
                .authUnavailable, Self.stage(.auth), session.offeredLogins, curlCode: error.name, phase: .auth
            )
            return
        }
        let strange = session.strangeWords
        let kind: Kind =
            switch error.kind {
            case .resolveFailed: .resolveFailed
            // The last three are about HTTP requests alone.
            case .connectFailed, .other, .unfit, .addressRefused, .tooLong: .connectFailed
            case .tlsFailed: .tlsFailed
            case .loginDenied: .authUnavailable
            case .timedOut: strange == nil ? .timedOut : .protocolError
            case .refused: .protocolError
            case .cancelled, .stopped: .cancelled
            case .lineLost, .notQuiet: strange == nil ? .lineLost : .protocolError
            }
        self.init(
            kind, Self.stage(phase), strange.map { "the server said: \($0)" } ?? error.detail,
            curlCode: error.name, phase: phase)
    }

    private static func stage(_ phase: Phase) -> String {
        switch phase {
        case .resolve: "while its name was looked up"
        case .connect: "while connecting"
        case .tls: "at the TLS handshake or STARTTLS"
        case .greeting: "at the greeting"
        case .auth: "at the login"
        default: "before the login"
        }
    }
}
