extension Diagnosis {
    static let portAdvice = "port 465 wants smtps://, port 587 wants smtp://"

    /// AUTH and what asks for it (RFC 4954 §6).
    static func login(_ sign: Sign) -> Diagnosis? {
        if sign.says("must issue a starttls", "starttls first", "encryption required", "must use tls")
            || sign.code == 538
        {
            return Diagnosis(
                .tlsFailed, retryable: false,
                "The server wants TLS first. Change the scheme of the account's SMTP URL: \(portAdvice).")
        }
        let asksForLogin =
            [530, 534, 535].contains(sign.code) || sign.code == 334
            || (sign.isEnhanced(7, 8) && !sign.isTransient)
        guard sign.phase == .auth || asksForLogin else { return nil }
        if sign.isEnhanced(7, 139)
            || sign.says("basic authentication is disabled", "smtpclientauthentication is disabled")
        {
            return Diagnosis(
                .oauthRequired, retryable: false,
                "This provider takes no password here. Log in with OAuth 2.0: "
                    + "`envelope accounts add you@example.com --oauth --client-id ID` signs in and keeps the account; or have "
                    + "the administrator turn on authenticated SMTP for the mailbox.")
        }
        if sign.isTransient {
            if sign.code == 421 || isAccountLimit(sign) { return nil }
            return Diagnosis(
                .deferred, retryable: true,
                "The server cannot check the login right now; the password may well be right. It is tried again later."
            )
        }
        if sign.code == 334 {
            return Diagnosis(
                .authFailed, retryable: false,
                "The access token was refused: it has expired or lacks the scope for sending mail. Get a new one, and "
                    + "check that it belongs to this user name. `envelope accounts add … --oauth` keeps an account whose tokens "
                    + "are renewed by themselves.")
        }
        if sign.isEnhanced(7, 14)
            || sign.says("log in via your web browser", "log in with your web browser", "web login required")
        {
            return Diagnosis(
                .authFailed, retryable: false,
                "The provider wants a person to sign in by a browser. Log in with OAuth 2.0: "
                    + "`envelope accounts add you@example.com --oauth --client-id ID`; or with an app password."
            )
        }
        if sign.isEnhanced(7, 9)
            || sign.says("application-specific password", "app password", "app-specific password")
        {
            return Diagnosis(
                .authFailed, retryable: false,
                "An app password is needed: create one in the provider's security settings and use it instead of the "
                    + "account's own password, or log in with OAuth 2.0: "
                    + "`envelope accounts add you@example.com --oauth --client-id ID`.")
        }
        if sign.code == 530 {
            return Diagnosis(
                .authFailed, retryable: false,
                "The server takes mail only after a login. Give the account a user name (in its SMTP URL) and a password."
            )
        }
        return Diagnosis(
            .authFailed, retryable: false,
            "Check the user name and the password of the account; many providers want the whole address as user name and "
                + "an app password. Until it is changed, every try would be refused, and too many lock the account."
        )
    }

    /// STARTTLS refused (RFC 3207 §4).
    static func encryption(_ sign: Sign) -> Diagnosis? {
        guard sign.phase == .tls else { return nil }
        return Diagnosis(
            .tlsFailed, retryable: sign.isTransient,
            sign.isTransient
                ? "The server cannot encrypt right now, and nothing is sent in clear. It is tried again later."
                : "The server refuses STARTTLS, and nothing is sent in clear. Check scheme and port: \(portAdvice)."
        )
    }

    /// Limits on how much and how fast; they pass with time, whatever the reply's class.
    static func pace(_ sign: Sign) -> Diagnosis? {
        if sign.isTooManyRecipients {
            return Diagnosis(
                .deferred, retryable: true,
                "The server takes fewer recipients at once. The rest is tried again in a transaction of its own."
            )
        }
        guard isAccountLimit(sign) else { return nil }
        return Diagnosis(
            .rateLimited, retryable: true,
            "The account has reached a limit of its provider. Send less or more slowly; what waits goes out when the "
                + "limit has passed.")
    }

    /// Words and codes by which providers name a limit of the account; greylisting is none, nor is a busy recipient.
    private static func isAccountLimit(_ sign: Sign) -> Bool {
        let isNamed =
            sign.isConnectionLimit
            || sign.says(
                "sending limit", "relay limit exceeded", "sending rate", "submission rate", "rate limit",
                "ratelimit",
                "throttl", "sending quota", "message quota", "daily quota", "submissionquota",
                "messages per hour",
                "messages per day", "mails per hour", "mails per day", "failures per hour",
                "recipients per hour",
                "recipients per day", "too many messages", "too many emails", "too many mails",
                "too much mail",
                "too many login")
        // 4.4.5 is a busy server (RFC 3463 §3.5), 5.4.5 the daily limit of the largest provider.
        if isNamed || (sign.isEnhanced(4, 5) && !sign.isTransient) { return true }
        guard sign.isEnhanced(7), sign.isTransient, !sign.isGreylisting else { return false }
        return sign.code == 421 || sign.has("rate", "limit", "limits", "exceeded", "quota")
            || sign.says("too many", "too much", "too fast", "too quick", "too frequent", "slow down")
    }
}
