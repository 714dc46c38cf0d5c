import Glibc

/// The thread's side of a `StdioServer`: everything here belongs to one thread.
struct StdioLoop {
    private enum Stage {
        case serving
        /// No new requests from now on, but for lines that were already read; calls may finish until then.
        case draining(until: ContinuousClock.Instant)
        /// Calls are cancelled and may say so until then.
        case ending(at: ContinuousClock.Instant)
    }

    private struct Delayed {
        let call: Call
        let notice: Notice
    }

    private let server: StdioServer
    private let inbox: Inbox
    private let clock = ContinuousClock()
    private let firstParent: Int32
    private var session: Session
    private var lines: LineSplitter
    private var output: OutputQueue
    private var calls: OpenCalls
    /// What the client may be told later, once: when it reads, and when there is nothing else to take.
    private var delayed: [Delayed] = []
    private var stage = Stage.serving
    /// True once nothing more will be read.
    private var inputEnded = false
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    init(_ server: StdioServer, inbox: Inbox) {
        self.server = server
        self.inbox = inbox
        session = Session(RenderedCatalogue(server.catalogue), options: server.options)
        lines = LineSplitter(limit: server.limits.line)
        output = OutputQueue(server.output)
        calls = OpenCalls(limits: server.limits, inbox: inbox)
        firstParent = server.parent()
    }

    mutating func run() {
        while true {
            for event in inbox.takeAll() { take(event) }
            while true {
                let tookAll = takeLines()
                output.flush()
                if tookAll || !hasRoom { break }
            }
            tellDelayed()
            if output.isClosed { stop("nobody reads the output any more") }
            if inputEnded, lines.isEmpty { endConversation() }
            if isOver() { break }
            wait()
        }
        if !calls.isEmpty { server.log("ended with \(calls.words) unfinished") }
    }

    /// A client that does not read, or that has too many calls running and waiting, is not read either, so that memory
    /// stays bounded; but when calls wait for its answers, those must come in.
    private var hasRoom: Bool { isRead && (calls.hasRoom || session.awaitsAnswers) }

    /// False while too much waits for the client to read it.
    private var isRead: Bool { output.count < server.limits.unread }

    /// True when every whole line was taken, false when there was no room for more.
    private mutating func takeLines() -> Bool {
        while hasRoom {
            guard let piece = lines.next(atEnd: inputEnded) else { return true }
            switch piece {
            case .line(let line):
                let size = line.count
                // The line itself is gone before anything runs.
                let reaction = session.receive(line)
                take(reaction, size: size)
            case .tooLong:
                server.log("a line longer than \(server.limits.line) bytes was refused")
                let error = ProtocolError.invalidRequest(
                    "A message may be at most \(server.limits.line) bytes long.")
                output.append(line: Answer(to: nil, error: error).bytes)
            }
        }
        return false
    }

    private mutating func take(_ reaction: Reaction, size: Int) {
        switch reaction {
        case .silence: break
        case .answer(let answer): output.append(line: answer.bytes)
        case .call(let call): start(call, size: size)
        case .cancel(let serial):
            if let line = calls.cancel(serial) { output.append(line: line) }
        case .subscribe(let answer, let call):
            output.append(line: answer.bytes)
            start(call, size: size)
        case .unsubscribe(let answer, let serial):
            if let serial { _ = calls.cancel(serial) }
            output.append(line: answer.bytes)
        case .batch(let reactions):
            for line in calls.startBatch(reactions, size: size) { output.append(line: line) }
        }
    }

    private mutating func start(_ call: Call, size: Int) {
        if call.kind == .request, !calls.hasRoom {
            _ = session.settle(call)
            let error = ProtocolError.internal("Too many calls wait for answers from this client.")
            output.append(line: Answer(to: call.id, error: error).bytes)
        } else {
            calls.start(call, size: size)
        }
    }

    private mutating func take(_ event: Inbox.Event) {
        switch event {
        case .finished(let call, let answer):
            tell(delayed.filter { $0.call.serial == call.serial })
            let wanted = session.settle(call)
            if let line = calls.finish(call, with: wanted ? answer : nil) { output.append(line: line) }
            if wanted, let farewell = call.farewell { output.append(line: farewell.bytes) }
        case .notice(let call, let notice):
            if !session.wants(notice, of: call) { return }
            switch notice.urgency {
            case .must: output.append(line: notice.bytes)
            case .mayBeDropped: if isRead { output.append(line: notice.bytes) }
            case .mayWait:
                if !delayed.contains(where: { $0.notice.bytes == notice.bytes }) {
                    delayed.append(Delayed(call: call, notice: notice))
                }
            }
        case .stop: stop("asked to stop")
        }
    }

    private mutating func tellDelayed() {
        if delayed.isEmpty || !isRead { return }
        tell(delayed)
        output.flush()
    }

    /// Tells what is still wanted: some of it may have been unsubscribed from meanwhile.
    private mutating func tell(_ told: [Delayed]) {
        for each in told where session.wants(each.notice, of: each.call) {
            output.append(line: each.notice.bytes)
        }
        delayed.removeAll { each in told.contains { $0.call.serial == each.call.serial } }
    }

    // MARK: - The end

    private mutating func stop(_ reason: String) {
        lines = LineSplitter(limit: server.limits.line)
        endInput(reason)
    }

    private mutating func endInput(_ reason: String) {
        inputEnded = true
        guard case .serving = stage else { return }
        stage = .draining(until: clock.now + server.limits.drain)
        let open = calls.isEmpty ? "" : ", \(calls.words) in flight"
        server.log("shutting down: \(reason)\(open)")
    }

    /// After the client's last line it can neither answer nor unsubscribe.
    private func endConversation() {
        session.stopAsking()
        calls.endStreams()
    }

    private mutating func isOver() -> Bool {
        switch stage {
        case .serving: return false
        case .draining(let end):
            if calls.isEmpty, output.count == 0, lines.isEmpty { return true }
            if clock.now >= end {
                calls.cancelAll()
                lines = LineSplitter(limit: server.limits.line)
                stage = .ending(at: end + server.limits.grace)
            }
            return false
        case .ending(let end): return clock.now >= end || (calls.isEmpty && output.count == 0)
        }
    }

    // MARK: - Waiting

    private mutating func wait() {
        let reads = !inputEnded && hasRoom
        var pollers = [
            pollfd(fd: inbox.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reads ? server.input : -1, events: Int16(POLLIN), revents: 0),
            // With no events asked for it still tells when the other end is closed.
            pollfd(
                fd: output.isClosed ? -1 : server.output, events: output.count > 0 ? Int16(POLLOUT) : 0,
                revents: 0),
        ]
        let ready = poll(&pollers, 3, timeout)
        if ready == 0, case .serving = stage, server.parent() != firstParent {
            stop("the parent process is gone")
        }
        if ready <= 0 { return }
        if pollers[2].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { output.close() }
        if pollers[1].revents != 0 { readInput() }
    }

    private var timeout: Int32 {
        switch stage {
        case .serving: return server.limits.parentCheck.milliseconds
        case .draining(let end), .ending(let end): return max(0, (end - clock.now).milliseconds + 1)
        }
    }

    private mutating func readInput() {
        let descriptor = server.input
        let size = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if size > 0 {
            lines.append(chunk[..<size])
        } else if size == 0 {
            endInput("the input ended")
        } else if errno != EINTR, errno != EAGAIN {
            endInput("the input broke: \(SystemError("read", errno))")
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int32 {
        Int32(clamping: components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
