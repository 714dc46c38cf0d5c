import CCurl

extension Exchange {
    /// Sets every option; the first refused one ends the exchange, because a missing option may be a missing lock.
    func configure(_ easy: UnsafeMutableRawPointer, trust: TrustStore) -> CURLcode {
        let remaining = max(1, ContinuousClock.now.duration(to: deadline).wholeMilliseconds)
        var steps: [CURLcode] = [
            ccurl_set_error_buffer(easy, words),
            ccurl_set_string(easy, CURLOPT_URL, request.url),
            ccurl_allow_http(easy, request.isSecure ? 0 : 1),
            ccurl_require_http_1_1(easy),
            ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1),
            ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, Int(remaining)),
            ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(remaining)),
            // An earlier connection was judged by another request's rules: each has its own.
            ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1),
            ccurl_set_long(easy, CURLOPT_FORBID_REUSE, 1),
            ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1 : 0),
            ccurl_set_long(easy, CURLOPT_MAXREDIRS, request.redirects),
            ccurl_require_tls_1_2(easy),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            trust.apply(to: easy, caFile: request.caFile),
        ]
        _ = ccurl_set_quick_exit(easy)
        if !request.usesEnvironmentProxy { steps.append(ccurl_set_string(easy, CURLOPT_PROXY, "")) }
        steps += ask(easy) + listen(easy)
        return steps.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private func ask(_ easy: UnsafeMutableRawPointer) -> [CURLcode] {
        // With nothing behind the colon libcurl leaves out a field of its own: the wait for 100 before a large body,
        // and a type that would be a guess.
        var lines = request.fields.map { "\($0.name): \($0.value)" } + ["Expect:"]
        if !request.fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        for line in lines {
            guard let longer = curl_slist_append(fieldList, line) else { return [CURLE_OUT_OF_MEMORY] }
            fieldList = longer
        }
        var steps = [ccurl_set_fields(easy, fieldList)]
        if request.method == .post || request.method == .put {
            steps.append(ccurl_set_body(easy, body.baseAddress, curl_off_t(request.body.count)))
        }
        if request.method == .put || request.method == .delete {
            steps.append(ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue))
        }
        return steps
    }

    private func listen(_ easy: UnsafeMutableRawPointer) -> [CURLcode] {
        // The exchange outlives its handle: `discard` cleans the handle up first.
        let me = Unmanaged.passUnretained(self).toOpaque()
        return [
            ccurl_on_header(
                easy,
                { octets, size, count, context in
                    guard let octets, let context else { return 0 }
                    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                    let line = UnsafeRawBufferPointer(start: octets, count: size * count)
                    return exchange.take(header: line) ? line.count : 0
                }, me),
            ccurl_on_body(
                easy,
                { octets, size, count, context in
                    guard let octets, let context else { return 0 }
                    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                    let piece = UnsafeRawBufferPointer(start: octets, count: size * count)
                    return exchange.take(body: piece) ? piece.count : 0
                }, me),
            ccurl_on_open_socket(
                easy,
                { context, _, address in
                    guard let address, let context else { return ccurl_no_socket() }
                    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                    return exchange.mayConnect(to: address) ? ccurl_open_socket(address) : ccurl_no_socket()
                }, me),
        ]
    }

    /// Judges the very address that is connected to next.
    private func mayConnect(to address: UnsafePointer<curl_sockaddr>) -> Bool {
        let octets = UnsafeRawBufferPointer(
            start: ccurl_address_octets(address), count: Int(address.pointee.addrlen))
        let found = NetworkAddress(sockaddr: octets, family: address.pointee.family)
        guard let objection = request.reach.objection(to: found) else {
            // Another address of the same host is all right, and what becomes of it is the answer.
            verdict = nil
            return true
        }
        verdict = .addressRefused(objection)
        return false
    }
}
