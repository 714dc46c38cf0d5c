extension Diagnosis {
    /// Judges what ended an attempt without a reply, before the final dot.
    ///
    /// Faults of the transport may pass; a missing offer (AUTH, SMTPUTF8, 8BITMIME, SIZE) and a setting do not.
    package init(of fault: TransportFault, in phase: Phase) {
        self =
            switch fault.kind {
            case .resolveFailed:
                Diagnosis(
                    .connectionFailed, retryable: true,
                    "Check the host name in the account's SMTP URL, and that this machine can look names up (DNS)."
                )
            case .connectFailed:
                Diagnosis(
                    .connectionFailed, retryable: true,
                    "Check host and port (\(Self.portAdvice)), and that no firewall stops outgoing mail; many networks "
                        + "block port 25.")
            case .tlsFailed: Self.tls(fault)
            case .authUnavailable:
                Diagnosis(
                    .authFailed, retryable: false,
                    "Nothing was sent, because it would have gone out without a login. Check scheme and port "
                        + "(\(Self.portAdvice)): AUTH is often offered only under TLS. If the server wants no login, take "
                        + "the password out of the account; if it wants a token, use OAuth 2.0.")
            case .secretUnreadable:
                Diagnosis(
                    .authFailed, retryable: false,
                    "Tell the person who runs this server to correct where the password or token comes from"
                        + " (ENVELOPE_SMTP_PASSWORD or ENVELOPE_SMTP_TOKEN, _FILE or _COMMAND)."
                )
            case .signInNeeded:
                Diagnosis(
                    .oauthRequired, retryable: false,
                    fault.advice
                        ?? "Tell the person who runs this server to sign in again: `envelope accounts login NAME`."
                )
            case .tokenUnavailable:
                Diagnosis(
                    .connectionFailed, retryable: true,
                    fault.advice ?? "Nothing was sent, and it is tried again by itself.")
            case .timedOut: Self.silence(phase, .timeout)
            case .lineLost: Self.silence(phase, .connectionFailed)
            case .protocolError:
                Diagnosis(
                    .connectionFailed, retryable: true,
                    "This does not look like an SMTP submission server. Check host and port (\(Self.portAdvice))."
                )
            case .smtputf8Unavailable:
                Diagnosis(
                    .invalidAddress, retryable: false,
                    "An address has non-ASCII characters before the @, which this server cannot carry. Use an ASCII "
                        + "address of the same person, or another account's server.")
            case .eightBitUnavailable:
                Diagnosis(
                    .messageRejected, retryable: false,
                    "The mail data has octets over 127, which this server cannot carry. Encode the parts as "
                        + "quoted-printable or base64.")
            case .sizeExceeded:
                Diagnosis(
                    .messageTooLarge, retryable: false,
                    "Make the message smaller than \(Self.amount(fault.limit)): leave out or compress attachments, or "
                        + "send links to them. Encoded in base64, a file counts 4/3 of its size.")
            case .cancelled:
                Diagnosis(
                    .deferred, retryable: true, "It was stopped on our side; send it again when it is wanted."
                )
            case .gateClosed:
                Diagnosis(
                    .internal, retryable: true,
                    "The database could not be written. Check free disk space and the rights on the database file."
                )
            case .plainNotAllowed:
                Diagnosis(
                    .tlsFailed, retryable: false,
                    "Use TLS: \(Self.portAdvice). smtp+plain:// is for a server on this machine, unless the settings "
                        + "allow plain connections elsewhere.")
            }
    }

    /// A certificate is renewed, a clock is set, a middlebox goes away: worth another try, whatever it was.
    private static func tls(_ fault: TransportFault) -> Diagnosis {
        let detail = fault.detail.lowercased()
        if detail.holds("wrong version number") || detail.holds("packet length too long")
            || detail.holds("unknown protocol")
        {
            return Diagnosis(
                .tlsFailed, retryable: true,
                "The server on this port does not begin with TLS. Change the scheme or the port: \(portAdvice)."
            )
        }
        switch fault.curlCode {
        case "CURLE_USE_SSL_FAILED":
            return Diagnosis(
                .tlsFailed, retryable: true,
                "The server offers no STARTTLS on this port, and nothing is sent in clear. Change the scheme or the "
                    + "port: \(portAdvice).")
        case "CURLE_PEER_FAILED_VERIFICATION":
            let isName =
                detail.holds("subject name") || detail.holds("does not match") || detail.holds("host name")
            return Diagnosis(
                .tlsFailed, retryable: true,
                isName
                    ? "The certificate belongs to another name. Use the host name that the provider documents, exactly."
                    : "The certificate is not trusted. Check the host name and this machine's clock; for a server with "
                        + "its own authority give the account that CA file.")
        case "CURLE_SSL_PINNEDPUBKEYNOTMATCH":
            return Diagnosis(
                .tlsFailed, retryable: true,
                "The server shows another key than the one that the account pins: it was renewed, or somebody stands in "
                    + "between. Make sure which on the server itself, then set the account up again with the new pin."
            )
        case "CURLE_SSL_CACERT_BADFILE":
            return Diagnosis(
                .tlsFailed, retryable: true,
                "The CA file cannot be read as PEM. Check its path and its content.")
        default:
            return Diagnosis(
                .tlsFailed, retryable: true,
                "The handshake broke off. It is tried again; if it goes on, check scheme and port (\(portAdvice)) and "
                    + "that the server knows TLS 1.2 or later.")
        }
    }

    private static func silence(_ phase: Phase, _ code: Failure.Code) -> Diagnosis {
        switch phase {
        case .resolve, .connect:
            Diagnosis(
                code, retryable: true,
                "Check host and port (\(portAdvice)), and that no firewall swallows outgoing mail.")
        case .tls, .greeting:
            Diagnosis(
                code, retryable: true,
                "A server that says nothing often waits for TLS, or for none. Check scheme and port: \(portAdvice)."
            )
        default:
            Diagnosis(
                code, retryable: true,
                "The server did not take it, for certain. It is safe to try again, which happens by itself.")
        }
    }

    static func amount(_ octets: Int?) -> String {
        guard let octets else { return "the server's limit" }
        if octets < 1_048_576 { return "\(octets) octets" }
        let tenths = octets * 10 / 1_048_576
        return "\(octets) octets (\(tenths / 10).\(tenths % 10) MiB)"
    }
}
