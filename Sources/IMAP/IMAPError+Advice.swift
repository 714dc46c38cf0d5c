import Mail

/// What an error means for the one who asked, and what to change.
extension IMAPError {
    static func tls(_ error: IMAPError) -> Advice {
        let detail = error.detail.lowercased()
        if detail.holds("wrong version number") || detail.holds("packet length too long")
            || detail.holds("unknown protocol")
        {
            return (
                .tlsFailed,
                "The server on this port does not begin with TLS. Change the scheme or the port: "
                    + "\(portAdvice).",
                true
            )
        }
        switch error.curlCode {
        case "CURLE_USE_SSL_FAILED":
            return (
                .tlsFailed,
                "The server offers no STARTTLS on this port, and nothing is sent in clear. "
                    + "Change the scheme or the port: \(portAdvice).",
                true
            )
        case "CURLE_PEER_FAILED_VERIFICATION":
            let isName =
                detail.holds("subject name") || detail.holds("does not match") || detail.holds("host name")
            return (
                .tlsFailed,
                isName
                    ? "The certificate belongs to another name. Use the host name that the "
                        + "provider documents, exactly."
                    : "The certificate is not trusted. Check the host name and this machine's "
                        + "clock; for a server with its own authority give the account that CA file.",
                true
            )
        case "CURLE_SSL_CACERT_BADFILE":
            return (.tlsFailed, "The CA file cannot be read as PEM. Check its path and its content.", true)
        default:
            return (
                .tlsFailed,
                "The handshake broke off. Check scheme and port "
                    + "(\(portAdvice)) and that the server knows TLS 1.2 or later.",
                true
            )
        }
    }

    static func noLogin(_ error: IMAPError) -> Advice {
        let detail = error.detail
        if detail.holds("OAUTH"), !detail.holds("PLAIN"), !detail.holds("AUTH LOGIN"), !detail.holds(" LOGIN")
        {
            return (
                .oauthRequired,
                "This provider takes no password for IMAP. Log in with OAuth 2.0: "
                    + "`envelope accounts add you@example.com --oauth --client-id ID`.", false
            )
        }
        return (
            .authFailed,
            "Check scheme and port "
                + "(\(portAdvice)): a login is often offered only under TLS. "
                + "If the server wants a token, use OAuth 2.0; if it takes none, give a password.",
            false
        )
    }

    static func login(_ error: IMAPError) -> Advice {
        let detail = error.detail.lowercased()
        if error.isTransientByCode || detail.holds("too many") || detail.holds("try again later") {
            return (
                .rateLimited,
                "The server takes no login right now; the password may well be right. It is asked again later.",
                true
            )
        }
        if detail.holds("application-specific password") || detail.holds("app password")
            || detail.holds("app-specific")
        {
            return (
                .authFailed,
                "An app password is needed: create one in the provider's security settings and "
                    + "use it instead of the account's own password.",
                false
            )
        }
        if detail.holds("basic authentication is disabled") || detail.holds("basicauthblocked")
            || detail.holds("web login required")
            || error.code?.name == "WEBALERT"
        {
            return (
                .oauthRequired,
                "This provider takes no password here. Log in with OAuth 2.0 "
                    + "(`envelope accounts add you@example.com --oauth --client-id ID`), or turn IMAP access on in the provider's settings.",
                false
            )
        }
        if detail.holds("imap") && (detail.holds("disabled") || detail.holds("not enabled")) {
            return (
                .authFailed, "IMAP is switched off for this mailbox. Turn it on in the provider's settings.",
                false
            )
        }
        switch error.code?.name {
        case "PRIVACYREQUIRED":
            return (
                .tlsFailed,
                "The server wants TLS first. Change the scheme of the account's IMAP URL: \(portAdvice).",
                false
            )
        case "EXPIRED":
            return (
                .authFailed,
                "The password has expired. Set a new one with the provider, then give it to the account.",
                false
            )
        case "AUTHORIZATIONFAILED":
            return (
                .authFailed,
                "The login is right, but this user may not open the mailbox. Ask its "
                    + "administrator for the right.",
                false
            )
        default:
            return (
                .authFailed,
                "Check the user name and the password or token of the account; many providers "
                    + "want the whole address as user name and an app password. A token needs the scope for IMAP.",
                false
            )
        }
    }

    static func refusal(_ error: IMAPError) -> Advice {
        let detail = error.detail.lowercased()
        switch error.code?.name {
        case "TRYCREATE", "NONEXISTENT":
            return (
                .notFound, "There is no such folder. Choose one that the server lists, or make it first.",
                false
            )
        case "OVERQUOTA":
            return (.quotaExceeded, "The mailbox is full. Delete something, or have its quota raised.", true)
        case "TOOBIG":
            return (.messageTooLarge, "The message was sent; only the copy in the folder is missing.", false)
        case "NOPERM":
            return (
                .denied,
                "This user may not do that in this folder. Ask the mailbox's administrator for the right.",
                false
            )
        case "LIMIT":
            return (
                .rateLimited, "The account has reached a limit of its provider. It is asked again later.",
                true
            )
        default: break
        }
        if detail.holds("too many") || detail.holds("quota") && detail.holds("bandwidth")
            || detail.holds("throttl")
        {
            return (
                .rateLimited, "The account has reached a limit of its provider. It is asked again later.",
                true
            )
        }
        if error.isTransientByCode {
            return (.deferred, "The server cannot do it right now. It is asked again later.", true)
        }
        if error.kind == .refused, error.stage == "at EXAMINE" || error.stage == "at SELECT" {
            return (.notFound, "Choose a folder that the server lists.", false)
        }
        return (
            .connectionFailed,
            "The server cannot do it now. It is asked again later; if it goes on, its words say why.",
            error.kind != .unsupported
        )
    }

    static func silence(_ error: IMAPError) -> Advice {
        let code: Failure.Code = error.kind == .timedOut ? .timeout : .connectionFailed
        switch error.phase {
        case .resolve, .connect:
            return (
                code,
                "Check host and port (\(portAdvice)), and that no firewall swallows outgoing connections.",
                true
            )
        case .tls, .greeting:
            return (
                code,
                "A server that says nothing often waits for TLS, or for none. Check scheme and "
                    + "port: \(portAdvice).",
                true
            )
        default: return (code, "It is asked again later.", true)
        }
    }

    /// RFC 5530: the same may succeed later.
    private var isTransientByCode: Bool {
        ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"].contains(code?.name)
    }
}

extension String {
    /// Substring search without Foundation.
    fileprivate func holds(_ phrase: String) -> Bool {
        let wanted = Array(phrase.utf8)
        let octets = Array(utf8)
        guard octets.count >= wanted.count else { return false }
        return (0...(octets.count - wanted.count)).contains { octets[$0...].starts(with: wanted) }
    }
}
