import CCurl

extension Loop {
    func note(_ deadline: ContinuousClock.Instant) {
        nearestDeadline = min(nearestDeadline ?? deadline, deadline)
    }

    /// For poll: -1 without end, else rounded up, so that it never wakes just before the time.
    func millisecondsToWait() -> Int32 {
        let next: ContinuousClock.Instant
        switch (curlTimer, nearestDeadline) {
        case (nil, nil): return -1
        case (let one?, nil), (nil, let one?): next = one
        case (let one?, let other?): next = min(one, other)
        }
        return Int32(clamping: ContinuousClock.now.duration(to: next).wholeMilliseconds)
    }

    func meetTimers() {
        if curlTimer == nil, nearestDeadline == nil { return }
        let now = ContinuousClock.now
        if let timer = curlTimer, timer <= now {
            curlTimer = nil
            act(CURL_SOCKET_TIMEOUT, 0)
        }
        if let nearest = nearestDeadline, nearest <= now { expire(now) }
    }

    /// Ends what is late and finds the next deadline; runs only when one may have passed.
    private func expire(_ now: ContinuousClock.Instant) {
        nearestDeadline = nil
        for exchange in Array(exchanges.values) {
            let end = exchange.easy == nil ? exchange.deadline : exchange.deadline + .milliseconds(250)
            if end <= now { discard(exchange, as: .timedOut) } else { note(end) }
        }
        for line in Array(lines.values) {
            if line.opening != nil {
                // libcurl has the same deadline and knows better words for it: give it a moment.
                let end = line.easy == nil ? line.deadline : line.deadline + .milliseconds(250)
                if end <= now { discard(line, as: .timedOut) } else { note(end) }
            }
            if let sending = line.sending {
                if sending.deadline <= now {
                    endSend(line, .failure(.timedOut))
                } else {
                    note(sending.deadline)
                }
            }
            if let receiving = line.receiving {
                if receiving.deadline <= now {
                    endReceive(line, .failure(.timedOut))
                } else {
                    note(receiving.deadline)
                }
            }
        }
    }
}

extension Duration {
    /// Rounded up, never negative.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        if seconds > 2_000_000 { return 2_000_000_000 }
        return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
