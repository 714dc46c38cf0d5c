package import Mail

extension IMAPError {
    /// The error as every face tells it.
    package var failure: Failure {
        let advice = Self.advice(self)
        return Failure(
            advice.code, sentence, hint: advice.hint, retryable: advice.retryable, phase: phase)
    }

    /// What happened, in one sentence.
    private var sentence: String {
        let said = [code?.description, detail.isEmpty ? nil : detail].compactMap { $0 }.joined(separator: " ")
        let words = said.isEmpty ? "." : ": \(said)"
        return switch kind {
        case .resolveFailed: "The IMAP server's name could not be resolved\(words)"
        case .connectFailed: "The IMAP server could not be reached\(words)"
        case .tlsFailed: "No trusted TLS line to the IMAP server could be made\(words)"
        case .plainNotAllowed: "An unencrypted connection is not allowed there\(words)"
        case .authUnavailable: "The IMAP server offers no login that these credentials fit\(words)"
        case .loginRefused: "The IMAP server refused the login\(words)"
        case .refused: "The IMAP server refused \(stage)\(words)"
        case .unsupported: "The IMAP server does not know what was asked \(stage)\(words)"
        case .bye: "The IMAP server ended the session \(stage)\(words)"
        case .timedOut: "The IMAP server fell silent \(stage)\(words)"
        case .lineLost: "The line to the IMAP server was lost \(stage)\(words)"
        case .protocolError: "The IMAP server said something that is not IMAP \(stage)\(words)"
        case .tooLarge: "The message is too large for the folder\(words)"
        case .notSayable: "IMAP cannot carry that\(words)"
        case .cancelled: "It was stopped \(stage)"
        }
    }

    typealias Advice = (code: Failure.Code, hint: String, retryable: Bool)

    static let portAdvice = "port 993 wants imaps://, port 143 wants imap://"

    private static func advice(_ error: IMAPError) -> Advice {
        switch error.kind {
        case .resolveFailed:
            (
                .connectionFailed,
                "Check the host name in the account's IMAP URL, and that this machine can look names up (DNS).",
                true
            )
        case .connectFailed:
            (
                .connectionFailed,
                "Check host and port (\(portAdvice)), and that no firewall stops outgoing connections.", true
            )
        case .tlsFailed: tls(error)
        case .plainNotAllowed:
            (.tlsFailed, "Use TLS: \(portAdvice). imap+plain:// is for a server on this machine.", false)
        case .authUnavailable: noLogin(error)
        case .loginRefused: login(error)
        case .refused, .unsupported, .bye: refusal(error)
        case .timedOut, .lineLost: silence(error)
        case .protocolError:
            (
                .connectionFailed,
                "This does not look like an IMAP server that works. Check host and port (\(portAdvice)).",
                true
            )
        case .tooLarge:
            (
                .messageTooLarge,
                "Nothing is lost: the message was sent, only the copy in the folder is missing.", false
            )
        case .notSayable:
            (
                .invalidRequest,
                "Take control characters and line breaks out of the user name, the secret or the "
                    + "folder's name.",
                false
            )
        case .cancelled: (.cancelled, "Ask again when it is wanted.", true)
        }
    }
}
