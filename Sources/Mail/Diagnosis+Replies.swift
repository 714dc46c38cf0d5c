extension Diagnosis {
    /// Too large a message, or too full a mailbox (RFC 1870 §6.3, RFC 3463 §3.3).
    static func size(_ sign: Sign) -> Diagnosis? {
        if sign.isMailboxFull {
            return Diagnosis(
                .mailboxFull, retryable: sign.isTransient,
                sign.isTransient
                    ? "The recipient's mailbox is full for now; it is tried again later."
                    : "The recipient's mailbox is full. Reach the person another way, or send again when there is room."
            )
        }
        if sign.isTransient { return nil }
        guard sign.isTooLarge || (sign.code == 552 && sign.phase != .rcpt && sign.reply.enhanced == nil)
        else { return nil }
        return Diagnosis(
            .messageTooLarge, retryable: false,
            "Make the message smaller: leave out or compress attachments, or send links to them.")
    }

    /// Addresses that do not exist, and senders that may not send (RFC 3463 §3.2).
    static func address(_ sign: Sign) -> Diagnosis? {
        guard !sign.isTransient, sign.isEnhanced(1) else { return nil }
        if sign.phase == .mail || sign.isEnhanced(1, 7, 8) { return sender }
        if sign.isEnhanced(1, 2, 10) {
            return Diagnosis(
                .recipientRejected, retryable: false,
                "The domain of this address takes no mail. Check the spelling of what stands after the @.")
        }
        return nobody
    }

    /// 5.7.x and words that mean the same: never the recipient's fault.
    static func policy(_ sign: Sign) -> Diagnosis? {
        if sign.isTransient { return nil }
        let isPolicy =
            sign.isEnhanced(7)
            || (sign.reply.enhanced == nil
                && sign.says(
                    "spam", "blocked", "block list", "blocklist", "blacklist", "spamhaus", "reputation",
                    "policy",
                    "relay", "spf", "dkim", "dmarc", "not permitted", "not allowed"))
        guard isPolicy else { return nil }
        if sign.says("send as", "sendas", "not owned by", "sender address rejected") { return sender }
        if sign.isEnhanced(7, 20, 21, 22, 23, 24, 25, 26, 27)
            || sign.says("spf", "dkim", "dmarc", "unauthenticated")
        {
            return Diagnosis(
                .senderRejected, retryable: false,
                "The sender's domain does not vouch for this server. Set up SPF, DKIM and DMARC for the domain in From, "
                    + "or send from an address of the account's own domain. The recipient is not at fault.")
        }
        if sign.says("relay") {
            return Diagnosis(
                .senderRejected, retryable: false,
                "The server passes mail on only for its own users. Log in (user name and password), and use the "
                    + "submission server of the sender's own provider. The recipient is not at fault.")
        }
        if sign.phase >= .data {
            return Diagnosis(
                .messageRejected, retryable: false,
                "The server's policy refuses this message, not the recipient. Change what looks like spam (links, "
                    + "attachments, wording), or ask the provider what it objects to.")
        }
        return Diagnosis(
            .senderRejected, retryable: false,
            "The server's policy refuses this sender or this machine, not the recipient. Check that From belongs to the "
                + "account, and the sender's reputation with the provider; do not strike the recipient off any list."
        )
    }

    /// What the code and the place say when nothing else does.
    static func plain(_ sign: Sign) -> Diagnosis {
        if sign.code == 503 {
            return Diagnosis(
                .deferred, retryable: true,
                "The server lost track of the conversation. It is tried again on a fresh connection.")
        }
        if sign.isTransient {
            let words =
                sign.isGreylisting
                ? "Greylisting: the server takes mail from a new sender only at a later try. It is tried again by itself."
                : "A temporary refusal; it is tried again by itself. Change nothing unless it goes on for hours."
            return Diagnosis(.deferred, retryable: true, words)
        }
        switch sign.phase {
        case .resolve, .connect, .tls, .greeting, .ehlo, .auth:
            return Diagnosis(
                .connectionFailed, retryable: false,
                "The server will not talk to this machine. Check host and port of the account's SMTP URL (\(portAdvice)); "
                    + "if they are right, ask the provider whether this network is blocked.")
        case .mail: return sign.isAboutSyntax ? notUnderstood : sender
        case .rcpt:
            let isNobody = [550, 551, 553].contains(sign.code) && sign.reply.enhanced == nil
            return isNobody ? nobody : notTaken
        case .data, .body, .finalDot, .done:
            return Diagnosis(
                .messageRejected, retryable: false,
                "The server refuses this message as it is. Change its content or attachments as the server's words say."
            )
        }
    }

    private static let sender = Diagnosis(
        .senderRejected, retryable: false,
        "The server does not let this account send as this address. Use a From address that belongs to the account, or "
            + "have the provider allow it. The recipients are not at fault.")

    private static let notUnderstood = Diagnosis(
        .senderRejected, retryable: false,
        "The server does not understand the MAIL command: a parameter of it, or how the From address is written; its "
            + "words say which. The recipients are not at fault. If From is an address of the account, ask the provider."
    )

    private static let nobody = Diagnosis(
        .recipientRejected, retryable: false,
        "This address does not exist, as the server says. Check its spelling and correct it; sent again unchanged, it "
            + "would be refused again.")

    private static let notTaken = Diagnosis(
        .recipientRejected, retryable: false,
        "The server does not take mail for this address; its words say why. Sent again unchanged, it would be refused "
            + "again.")
}
