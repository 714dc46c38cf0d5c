/// What a refusal or a fault means for the one who sends: a closed code, whether to try again, and what to change.
///
/// Class comes from the reply code (4yz passes, 5yz does not), but for the few signs that say otherwise. The
/// recipient is never blamed for 5.7.x: policy and reputation are the sender's side.
package struct Diagnosis: Hashable, Sendable {
    package let code: Failure.Code
    package let retryable: Bool
    /// What to change, exactly; a whole sentence or more, without the server's words.
    package let hint: String

    init(_ code: Failure.Code, retryable: Bool, _ hint: String) {
        self.code = code
        self.retryable = retryable
        self.hint = hint
    }

    /// What to change, where an account knows better about its login.
    func hint(_ loginAdvice: String?) -> String {
        code == .authFailed || code == .oauthRequired ? loginAdvice ?? hint : hint
    }

    /// Judges a refusing reply by where it was said.
    package init(of reply: Reply, in phase: Phase) {
        let sign = Sign(reply, phase)
        self =
            Self.login(sign) ?? Self.pace(sign) ?? Self.encryption(sign) ?? Self.size(sign) ?? Self.address(
                sign)
            ?? Self.policy(sign) ?? Self.plain(sign)
    }

    /// A reply taken apart for judging.
    struct Sign {
        let reply: Reply
        let phase: Phase
        let text: String

        init(_ reply: Reply, _ phase: Phase) {
            self.reply = reply
            self.phase = phase
            self.text = reply.text.lowercased()
        }

        var code: Int { reply.code }
        var isTransient: Bool { reply.isTransient }

        /// True for that subject and detail, whatever the class.
        func isEnhanced(_ subject: Int, _ details: Int...) -> Bool {
            guard let enhanced = reply.enhanced else { return false }
            return enhanced.subject == subject && (details.isEmpty || details.contains(enhanced.detail))
        }

        /// An answer to RCPT that takes no more in this transaction; 4.7.x is a limit by time. RFC 821 had 552 for it
        /// by mistake (RFC 5321 §4.5.3.1.10).
        var isTooManyRecipients: Bool {
            isEnhanced(5, 3)
                || (!isEnhanced(7)
                    && says("too many recipients", "separate transaction", "multiple destination domains"))
                || (code == 552 && phase == .rcpt && reply.enhanced == nil && !isMailboxFull && !isTooLarge)
        }

        var isMailboxFull: Bool {
            isEnhanced(2, 2)
                || says("mailbox full", "mailbox is full", "over quota", "quota exceeded", "exceeded storage")
        }

        /// Speaks of the message's size.
        var isTooLarge: Bool {
            isEnhanced(2, 3) || isEnhanced(3, 4)
                || says(
                    "too large", "too big", "size limit", "message size", "exceeds maximum size",
                    "exceeds fixed maximum")
        }

        /// The server does not know the command or something in it (RFC 5321 §4.2.1, RFC 3463 §3.6).
        var isAboutSyntax: Bool { (500...504).contains(code) || code == 555 || isEnhanced(5) }

        var isConnectionLimit: Bool {
            says(
                "too many connections", "too many concurrent", "concurrent connection", "connection limit",
                "too many sessions", "thread limit")
        }

        /// Takes mail from somebody new at a later try only.
        var isGreylisting: Bool { isTransient && says("greylist", "graylist", "grey list", "gray list") }

        /// Speaks of a limit by the day.
        var isDaily: Bool { says("daily", "per day", "24 hours", "24h") }

        /// True when one of the words stands there by itself.
        func has(_ words: Substring...) -> Bool {
            text.split { !$0.isLetter }.contains { words.contains($0) }
        }

        func says(_ phrases: String...) -> Bool { phrases.contains { text.holds($0) } }
    }
}

extension String {
    /// Substring search without Foundation.
    func holds(_ phrase: String) -> Bool {
        let wanted = Array(phrase.utf8)
        let octets = Array(utf8)
        guard let first = wanted.first, octets.count >= wanted.count else { return false }
        for start in 0...(octets.count - wanted.count) where octets[start] == first {
            if octets[start..<start + wanted.count].elementsEqual(wanted) { return true }
        }
        return false
    }
}
