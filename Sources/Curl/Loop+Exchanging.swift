import CCurl

extension Loop {
    func enqueue(_ exchange: Exchange) {
        exchanges[exchange.id] = exchange
        waitingExchanges.append(exchange)
        note(exchange.deadline)
    }

    func startExchanges() {
        while exchangesByHandle.count < limits.exchangesInFlight, !waitingExchanges.isEmpty {
            begin(waitingExchanges.removeFirst())
        }
    }

    private func begin(_ exchange: Exchange) {
        guard let multi, let easy = curl_easy_init() else {
            let fault = CurlError(.other, name: "CURLE_OUT_OF_MEMORY", detail: "no libcurl handle")
            return discard(exchange, as: fault)
        }
        exchange.easy = easy
        exchangesByHandle[easy] = exchange
        let code = exchange.configure(easy, trust: trust)
        if code != CURLE_OK { return discard(exchange, as: CurlError(code, words: exchange.errorText)) }
        if curl_multi_add_handle(multi, easy) != CURLM_OK {
            let fault = CurlError(.other, name: "CURLE_FAILED_INIT", detail: "libcurl took no new handle")
            discard(exchange, as: fault)
        }
    }

    func finish(_ exchange: Exchange, _ easy: UnsafeMutableRawPointer, _ code: CURLcode) {
        exchange.noteMilestones(easy)
        var status = 0
        let hasStatus = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 200
        let isCut = exchange.isCut
        guard code == CURLE_OK || isCut, hasStatus else {
            return discard(exchange, as: exchange.fault(code))
        }
        let response = HTTPResponse(
            status: status, fields: exchange.fields, body: exchange.received, isWhole: !isCut)
        release(exchange)
        exchange.end(.success(response))
    }

    /// Gives an exchange up; what it had reached goes with the error.
    func discard(_ exchange: Exchange, as error: CurlError) {
        if let easy = exchange.easy { exchange.noteMilestones(easy) }
        release(exchange)
        exchange.end(
            .failure(
                CurlError(error.kind, name: error.name, detail: error.detail, session: exchange.session)))
    }

    /// Takes the handle out of the multi, which closes its descriptor.
    private func release(_ exchange: Exchange) {
        exchanges[exchange.id] = nil
        if let easy = exchange.easy {
            exchangesByHandle[easy] = nil
            if let multi { curl_multi_remove_handle(multi, easy) }
            curl_easy_cleanup(easy)
            exchange.easy = nil
        } else {
            waitingExchanges.removeAll { $0 === exchange }
        }
        if let list = exchange.fieldList { curl_slist_free_all(list) }
        exchange.fieldList = nil
    }
}

extension Exchange {
    /// True when the body's beginning is all that was wanted.
    var isCut: Bool {
        if case .bodyTooLong = verdict { request.limits.cutsBody } else { false }
    }

    func fault(_ code: CURLcode) -> CurlError {
        switch verdict {
        case .addressRefused(let kind) where code == CURLE_COULDNT_CONNECT:
            CurlError(.addressRefused, detail: "the host has \(kind), and only public addresses are allowed")
        case .headerTooLong: CurlError(.tooLong, detail: "the header of the response is too long")
        case .bodyTooLong: CurlError(.tooLong, detail: "the body of the response is too long")
        case .addressRefused, nil:
            code == CURLE_OK
                ? CurlError(.refused, detail: "the server gave no status") : CurlError(code, words: errorText)
        }
    }

    func noteMilestones(_ easy: UnsafeMutableRawPointer) {
        session.note(easy)
        var written = 0
        if ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &written) == CURLE_OK {
            session.isRequested = written > 0
        }
    }
}
