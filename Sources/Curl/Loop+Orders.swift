import CCurl

extension Loop {
    func obey(_ order: Order) {
        switch order {
        case .connect(let id, let request, let deadline, let waiter):
            let line = Line(id: id, request: request, deadline: deadline, opening: waiter)
            lines[id] = line
            queue.append(line)
            note(deadline)
        case .send(let id, let ticket, let bytes, let onlyIfQuiet, let deadline, let waiter):
            guard let line = lines[id], line.descriptor >= 0, line.sending == nil else {
                return waiter.resume(returning: .failure(.closed))
            }
            if onlyIfQuiet, hasSpoken(line) { return waiter.resume(returning: .failure(.notQuiet)) }
            line.sending = .init(ticket: ticket, bytes: bytes, offset: 0, deadline: deadline, waiter: waiter)
            note(deadline)
            pumpOut(line)
        case .receive(let id, let ticket, let deadline, let waiter):
            guard let line = lines[id], line.descriptor >= 0, line.receiving == nil else {
                return waiter.resume(returning: .failure(.closed))
            }
            line.receiving = .init(ticket: ticket, deadline: deadline, waiter: waiter)
            note(deadline)
            if !line.isDrained { pumpIn(line) }
        case .perform(let id, let request, let deadline, let waiter):
            enqueue(Exchange(id: id, request: request, deadline: deadline, waiter: waiter))
        case .cancelExchange(let id):
            if let exchange = exchanges[id] { discard(exchange, as: .cancelled) }
        case .cancelConnect(let id):
            if let line = lines[id], line.opening != nil { discard(line, as: .cancelled) }
        case .cancel(let id, let ticket):
            guard let line = lines[id] else { return }
            if let sending = line.sending, sending.ticket == ticket { endSend(line, .failure(.cancelled)) }
            if let receiving = line.receiving, receiving.ticket == ticket {
                endReceive(line, .failure(.cancelled))
            }
        case .close(let id, let farewell, let waiter):
            if let line = lines[id] {
                say(farewell, on: line)
                discard(line, as: .closed)
            }
            waiter?.resume(returning: .success(()))
        case .stop(let waiter):
            isStopping = true
            if let waiter { stopWaiters.append(waiter) }
        }
    }

    /// Sends what goes out without waiting; a server reads it although the line is closed right after it.
    private func say(_ farewell: [UInt8], on line: Line) {
        guard !farewell.isEmpty, line.sending == nil, line.descriptor >= 0, let easy = line.easy else {
            return
        }
        var written = 0
        _ = farewell.withUnsafeBytes { curl_easy_send(easy, $0.baseAddress, $0.count, &written) }
    }

    func pumpOut(_ line: Line) {
        guard let easy = line.easy else { return }
        while let sending = line.sending, sending.offset < sending.bytes.count {
            var written = 0
            // 64 KB at most: a larger write holds up everybody else.
            let length = min(65_536, sending.bytes.count - sending.offset)
            let code = sending.bytes.withUnsafeBytes { octets in
                curl_easy_send(easy, octets.baseAddress?.advanced(by: sending.offset), length, &written)
            }
            if code == CURLE_AGAIN { return }
            if code != CURLE_OK { return endSend(line, .failure(CurlError(code, words: line.errorText))) }
            line.sending?.offset += written
        }
        endSend(line, .success(()))
    }

    func pumpIn(_ line: Line) {
        guard let easy = line.easy else { return }
        if !line.early.isEmpty {
            let early = line.early
            line.early = []
            return endReceive(line, .success(early))
        }
        var count = 0
        // Never with a length of 0, which returns as an end of file would.
        let code = curl_easy_recv(easy, scratch.baseAddress, scratch.count, &count)
        if code == CURLE_AGAIN {
            line.isDrained = true
        } else if code == CURLE_OK {
            // A short read empties a plain socket; TLS may hold another record that poll does not show.
            line.isDrained = line.isPlain && count < scratch.count
            endReceive(line, .success([UInt8](scratch[..<count])))
        } else {
            endReceive(line, .failure(CurlError(code, words: line.errorText)))
        }
    }

    /// True when octets, an end of file or an error are waiting; octets are kept for the next receive.
    private func hasSpoken(_ line: Line) -> Bool {
        guard line.early.isEmpty, let easy = line.easy else { return true }
        var count = 0
        let code = curl_easy_recv(easy, scratch.baseAddress, scratch.count, &count)
        if code == CURLE_OK { line.early = [UInt8](scratch[..<count]) }
        line.isDrained = code == CURLE_AGAIN
        return code != CURLE_AGAIN
    }

    func endSend(_ line: Line, _ result: Result<Void, CurlError>) {
        let waiter = line.sending?.waiter
        line.sending = nil
        waiter?.resume(returning: result)
    }

    func endReceive(_ line: Line, _ result: Result<[UInt8], CurlError>) {
        let waiter = line.receiving?.waiter
        line.receiving = nil
        waiter?.resume(returning: result)
    }

    /// Takes the handle out of the multi, which closes its descriptor; up to 0.55 ms, no QUIT, no wait.
    func discard(_ line: Line, as error: CurlError) {
        lines[line.id] = nil
        if let easy = line.easy {
            if line.opening != nil { countConnect(line, -1) }
            byHandle[easy] = nil
            if let multi { curl_multi_remove_handle(multi, easy) }
            curl_easy_cleanup(easy)
            line.easy = nil
        } else {
            queue.removeAll { $0 === line }
        }
        line.descriptor = -1
        line.fail(
            CurlError(error.kind, name: error.name, detail: error.detail, session: line.session))
    }
}
