extension Diagnosis {
    /// "The server refused ada@example.org at RCPT with 550 5.1.1; nothing was accepted. It said: "No such user"."
    ///
    /// - Parameters:
    ///   - whom: what was refused.
    ///   - end: what that means, as a clause.
    static func sentence(
        _ reply: Reply, _ phase: Phase, _ diagnosis: Diagnosis, whom: String, end: String
    ) -> String {
        let verb = diagnosis.retryable ? "put off" : "refused"
        let code = [String(reply.code), reply.enhanced?.description].compactMap { $0 }.joined(separator: " ")
        let words = reply.text.isEmpty ? "" : " It said: \"\(Reply.printable(reply.text, limit: 300))\"."
        return "The server \(verb) \(whom) \(place(phase)) with \(code); \(end).\(words)"
    }

    static func sentence(_ fault: TransportFault, _ phase: Phase, end: String) -> String {
        let detail = fault.detail.isEmpty ? "" : " (\(fault.detail))"
        let end = "; \(end)."
        return switch fault.kind {
        case .resolveFailed: "The submission server's name could not be resolved\(detail)\(end)"
        case .connectFailed: "The submission server could not be reached\(detail)\(end)"
        case .tlsFailed: "No trusted TLS line to the server could be made\(detail)\(end)"
        case .authUnavailable: "The server offers no login that these credentials fit\(detail)\(end)"
        case .secretUnreadable: "The secret for the mailbox could not be read\(detail)\(end)"
        case .signInNeeded: "The account's sign-in is gone\(detail)\(end)"
        case .tokenUnavailable: "There is no access token for the account now\(detail)\(end)"
        case .timedOut: "The server fell silent \(place(phase))\(detail)\(end)"
        case .lineLost: "The line was lost \(place(phase))\(detail)\(end)"
        case .protocolError: "The server said something that is not SMTP \(place(phase))\(detail)\(end)"
        case .smtputf8Unavailable:
            "The server cannot carry an address of this message: it lacks SMTPUTF8\(end)"
        case .eightBitUnavailable: "The server cannot carry this message: it lacks 8BITMIME\(end)"
        case .sizeExceeded: "The message is too large\(detail)\(end)"
        case .cancelled: "The attempt was stopped \(place(phase)), before the final dot\(end)"
        case .gateClosed: "The attempt could not be recorded, so the final dot was held back\(end)"
        case .plainNotAllowed: "An unencrypted connection is not allowed there\(detail)\(end)"
        }
    }

    /// What a command at that phase asks for.
    static func object(_ phase: Phase) -> String {
        switch phase {
        case .resolve, .connect, .greeting, .ehlo: "the connection"
        case .tls: "encryption"
        case .auth: "the login"
        case .mail: "the sender"
        case .rcpt: "the recipient"
        case .data, .body, .finalDot, .done: "the message"
        }
    }

    private static func place(_ phase: Phase) -> String {
        switch phase {
        case .resolve: "while its name was looked up"
        case .connect: "while connecting"
        case .tls: "at the TLS handshake or STARTTLS"
        case .greeting: "at the greeting"
        case .ehlo: "at EHLO"
        case .auth: "at AUTH"
        case .mail: "at MAIL"
        case .rcpt: "at RCPT"
        case .data: "at DATA"
        case .body: "inside the mail data"
        case .finalDot, .done: "after the final dot"
        }
    }
}
