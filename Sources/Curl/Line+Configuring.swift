import CCurl

extension Line {
    /// Sets every option of a connect; the first refused one ends it, because a missing option may be a missing lock.
    func configure(_ easy: UnsafeMutableRawPointer, trust: TrustStore) -> CURLcode {
        let remaining = max(1, ContinuousClock.now.duration(to: deadline).wholeMilliseconds)
        var steps: [CURLcode] = [
            ccurl_set_error_buffer(easy, words),
            ccurl_set_string(easy, CURLOPT_URL, request.url),
            ccurl_set_long(easy, CURLOPT_CONNECT_ONLY, 1),
            ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1),
            // DNS, TCP, TLS, greeting, EHLO, STARTTLS and AUTH as one total.
            ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(remaining)),
            // ALL_PROXY and smtp_proxy in the environment would divert the mail.
            ccurl_set_string(easy, CURLOPT_PROXY, ""),
            ccurl_require_tls_1_2(easy),
            trust.apply(to: easy, caFile: request.caFile),
        ]
        steps += verify(easy)
        _ = ccurl_set_quick_exit(easy)
        // Never TRY: it sends the password in clear when STARTTLS is missing or refused.
        if request.security == .startTLS { steps.append(ccurl_require_starttls(easy)) }
        if let login = request.login { steps += login.apply(to: easy) }
        steps += listen(easy)
        return steps.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    /// A pinned key stands instead of the chain and the name; a libcurl that cannot pin refuses the option.
    private func verify(_ easy: UnsafeMutableRawPointer) -> [CURLcode] {
        guard let publicKey = request.publicKey else {
            return [
                ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
                ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            ]
        }
        return [
            // First: with any of these refused nothing is connected.
            ccurl_set_string(easy, CURLOPT_PINNEDPUBLICKEY, publicKey),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0),
        ]
    }

    /// Records every reply line and every command.
    private func listen(_ easy: UnsafeMutableRawPointer) -> [CURLcode] {
        // The line outlives its handle: `discard` cleans the handle up first.
        let me = Unmanaged.passUnretained(self).toOpaque()
        return [
            ccurl_on_header(
                easy,
                { octets, size, count, context in
                    if let octets, let context {
                        let line = Unmanaged<Line>.fromOpaque(context).takeUnretainedValue()
                        line.session.append(.server(line.text(octets, size * count)))
                    }
                    return size * count
                }, me),
            ccurl_on_debug(
                easy,
                { _, kind, octets, count, context in
                    guard let octets, let context else { return 0 }
                    let line = Unmanaged<Line>.fromOpaque(context).takeUnretainedValue()
                    if kind == CURLINFO_TEXT {
                        line.notePublicKey(in: line.text(octets, count))
                    } else if kind == CURLINFO_HEADER_OUT {
                        let command = Session.withoutCredentials(line.text(octets, count))
                        line.session.append(.client(command))
                        line.request.heard?(command)
                    }
                    return 0
                }, me),
            ccurl_set_long(easy, CURLOPT_VERBOSE, 1),
        ]
    }

    /// libcurl says the key of a server only here, and only where one is pinned.
    private func notePublicKey(in words: String) {
        let head = " public key hash: "
        // SHA-256 in base64 has 44 digits.
        guard words.hasPrefix(head), words.utf8.count == head.utf8.count + 8 + 44 else { return }
        session.publicKey = String(words.dropFirst(head.count))
    }

    /// One line of octets as text: no line end, no secret, repaired, at most `Session.maximumLineLength` octets.
    private func text(_ octets: UnsafeMutablePointer<CChar>, _ count: Int) -> String {
        let limit = Session.maximumLineLength
        let raw = UnsafeRawBufferPointer(start: octets, count: min(count, limit + strikeout.margin))
        var end = raw.count
        while end > 0, raw[end - 1] == 0x0A || raw[end - 1] == 0x0D { end -= 1 }
        return strikeout.text(of: raw[..<end], limit: limit)
    }
}

extension Login {
    func apply(to easy: UnsafeMutableRawPointer) -> [CURLcode] {
        // Always: CRAM-MD5 would otherwise beat a bearer token, and nothing is tried after a refusal.
        let options = mechanisms.map { "AUTH=\($0)" }.joined(separator: ";")
        var steps = [
            ccurl_set_string(easy, CURLOPT_USERNAME, username),
            ccurl_set_string(easy, CURLOPT_LOGIN_OPTIONS, options),
            ccurl_set_long(easy, CURLOPT_SASL_IR, 1),
        ]
        switch proof {
        case .password(let password): steps.append(ccurl_set_string(easy, CURLOPT_PASSWORD, password))
        case .bearer(let token): steps.append(ccurl_set_string(easy, CURLOPT_XOAUTH2_BEARER, token))
        }
        return steps
    }
}
