import CCurl

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension Loop {
    func wireCallbacks() {
        guard let multi else { return }
        // The loop outlives the multi's last call: `run` holds it.
        let me = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_on_socket(
            multi,
            { _, descriptor, what, context, _ in
                guard let context else { return 0 }
                let loop = Unmanaged<Loop>.fromOpaque(context).takeUnretainedValue()
                switch what {
                case CURL_POLL_IN: loop.interests[descriptor] = Int16(POLLIN)
                case CURL_POLL_OUT: loop.interests[descriptor] = Int16(POLLOUT)
                case CURL_POLL_INOUT: loop.interests[descriptor] = Int16(POLLIN | POLLOUT)
                default: loop.interests[descriptor] = nil
                }
                return 0
            }, me)
        ccurl_multi_on_timer(
            multi,
            { _, milliseconds, context in
                guard let context else { return 0 }
                let loop = Unmanaged<Loop>.fromOpaque(context).takeUnretainedValue()
                loop.curlTimer = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
                return 0
            }, me)
    }

    func startQueued() {
        while let place = queue.firstIndex(where: hasRoom) { begin(queue.remove(at: place)) }
        startExchanges()
    }

    private func hasRoom(_ line: Line) -> Bool {
        if line.isPlain { return plainConnectsInFlight < limits.plainConnectsInFlight }
        return tlsConnectsInFlight < limits.tlsConnectsInFlight
    }

    /// - Parameter change: 1 when its connect begins, -1 when it has ended.
    func countConnect(_ line: Line, _ change: Int) {
        if line.isPlain { plainConnectsInFlight += change } else { tlsConnectsInFlight += change }
    }

    private func begin(_ line: Line) {
        guard let multi, let easy = curl_easy_init() else {
            lines[line.id] = nil
            return line.fail(CurlError(.other, name: "CURLE_OUT_OF_MEMORY", detail: "no libcurl handle"))
        }
        line.easy = easy
        byHandle[easy] = line
        countConnect(line, 1)
        let code = line.configure(easy, trust: trust)
        if code != CURLE_OK { return discard(line, as: CurlError(code, words: line.errorText)) }
        if curl_multi_add_handle(multi, easy) != CURLM_OK {
            discard(
                line, as: CurlError(.other, name: "CURLE_FAILED_INIT", detail: "libcurl took no new handle"))
        }
    }

    /// Ends the connects and exchanges that libcurl reports as done.
    func collectFinished() {
        guard let multi else { return }
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
                continue
            }
            // The message dies with the next call into the multi.
            let code = ccurl_result(message)
            if let exchange = exchangesByHandle[easy] {
                finish(exchange, easy, code)
                continue
            }
            guard let line = byHandle[easy] else { continue }
            line.session.note(easy)
            if code == CURLE_OK {
                open(line, easy)
            } else {
                discard(line, as: CurlError(code, words: line.errorText))
            }
        }
    }

    private func open(_ line: Line, _ easy: UnsafeMutableRawPointer) {
        var descriptor: curl_socket_t = -1
        guard ccurl_get_socket(easy, &descriptor) == CURLE_OK, descriptor >= 0 else {
            return discard(line, as: CurlError(.lineLost, detail: "libcurl kept no open socket"))
        }
        // At once, normally EAGAIN: it ties the connection to the handle, else the multi may prune it.
        var count = 0
        let code = curl_easy_recv(easy, scratch.baseAddress, scratch.count, &count)
        if code == CURLE_OK { line.early = [UInt8](scratch[..<count]) }
        line.isDrained = code == CURLE_AGAIN
        line.descriptor = descriptor
        line.session.isSecured = !line.isPlain
        countConnect(line, -1)
        let waiter = line.opening
        line.opening = nil
        waiter?.resume(returning: .success(Opened(session: line.session)))
    }
}
