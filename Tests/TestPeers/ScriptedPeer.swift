import Foundation
import Synchronization

/// A server on loopback that follows a `Dialogue` to the letter and keeps what it heard; lent by `withPeer`.
package final class ScriptedPeer: Sendable {
    private struct State {
        var connections = 0
        var open: [PeerSocket] = []
        var stalled: [PeerSocket] = []
        var taken: [[UInt8]] = []
        var heard: [String] = []
        var problems: [String] = []
        var isSettled = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    package let port: Int
    private let listener: PeerSocket
    private let dialogue: Dialogue
    private let state = Mutex(State())

    init(_ dialogue: Dialogue) throws {
        self.dialogue = dialogue
        (listener, port) = try PeerSocket.listen()
    }

    /// Connections made to it so far.
    package var connections: Int { state.withLock { $0.connections } }
    /// The mail data that it answered with 2yz, as it came: dots still stuffed, without the final dot.
    package var taken: [[UInt8]] { state.withLock { $0.taken } }
    /// Every line that it heard, mail data aside.
    package var heard: [String] { state.withLock { $0.heard } }
    /// Where the other side left the script.
    package var problems: [String] { state.withLock { $0.problems } }

    /// Returns when the last connection's script has come to its drop, reset, stall or end.
    package func settled() async {
        await withCheckedContinuation { waiter in
            state.withLock { state in
                if state.isSettled { waiter.resume() } else { state.waiters.append(waiter) }
            }
        }
    }

    /// Like `settled`, for where nothing can be awaited: blocks its thread.
    package func settledHere() {
        let semaphore = DispatchSemaphore(value: 0)
        Task.detached {
            await self.settled()
            semaphore.signal()
        }
        semaphore.wait()
    }

    /// Returns when every connection is closed on both sides.
    package func gone() async {
        while state.withLock({ !$0.open.isEmpty }) { await Task.yield() }
    }

    func start() {
        Thread.detachNewThread { [self] in
            while let socket = listener.nextConnection() {
                let number = state.withLock { state in
                    state.connections += 1
                    state.open.append(socket)
                    return state.connections
                }
                guard number <= dialogue.connections.count else {
                    complain("connection \(number) is not in the script")
                    socket.drop()
                    continue
                }
                Thread.detachNewThread { [self] in follow(number, socket) }
            }
            listener.drop()
        }
    }

    func stop() {
        listener.wake()
        let (open, stalled) = state.withLock { ($0.open, $0.stalled) }
        for socket in open { socket.wake() }
        for socket in stalled { socket.drop() }
        settle()
    }

    private func settle() {
        let waiters = state.withLock { state in
            state.isSettled = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func complain(_ problem: String) { state.withLock { $0.problems.append(problem) } }

    private func follow(_ number: Int, _ socket: PeerSocket) {
        if dialogue.settings["window"] == "narrow" { socket.narrow() }
        var reader = PeerReader(socket)
        let steps = dialogue.connections[number - 1]
        var mailData: [UInt8]?
        var index = 0
        loop: while index < steps.count {
            switch steps[index] {
            case .expect(let pattern):
                guard let line = reader.line() else {
                    complain("connection \(number): the line ended where \(pattern) was awaited")
                    break loop
                }
                let text = String(decoding: line, as: UTF8.self)
                state.withLock { $0.heard.append(text) }
                if !Self.matches(text, pattern) {
                    complain("connection \(number): awaited \(pattern), heard \(text)")
                    return close(number, socket, socket.drop)
                }
            case .expectMailData:
                mailData = reader.mailData { line in state.withLock { $0.heard.append("(mail data) \(line)") }
                }
            case .expectSomeMailData: _ = reader.some()
            case .expectOctets(let count):
                if !reader.octets(count) { complain("connection \(number): awaited \(count) octets") }
            case .expectFinalDot:
                guard let line = reader.line(), line == Array(".".utf8) else {
                    complain("connection \(number): awaited the final dot")
                    break loop
                }
                state.withLock { $0.heard.append(".") }
                keep(mailData, before: steps[(index + 1)...].first)
            case .say(let octets):
                var all = octets
                while index + 1 < steps.count, case .say(let more) = steps[index + 1] {
                    all += more
                    index += 1
                }
                socket.write(all)
            case .sayOctetByOctet(let octets): for octet in octets { socket.write([octet]) }
            case .drop: return close(number, socket, socket.drop)
            case .reset: return close(number, socket, socket.reset)
            case .stall:
                return close(number, socket) { state.withLock { $0.stalled.append(socket) } }
            }
            index += 1
        }
        listen(number, &reader)
        close(number, socket, socket.drop)
    }

    /// Nothing but QUIT may follow the script.
    private func listen(_ number: Int, _ reader: inout PeerReader) {
        if number == dialogue.connections.count { settle() }
        while let line = reader.line() {
            let text = String(decoding: line, as: UTF8.self)
            state.withLock { $0.heard.append(text) }
            if text != "QUIT" { complain("connection \(number): heard \(text) after the end of the script") }
        }
    }

    private func keep(_ mailData: [UInt8]?, before next: Dialogue.Step?) {
        guard let mailData, let octets = next?.octets, octets.first == UInt8(ascii: "2"),
            octets.last == UInt8(ascii: "\n"), octets.dropFirst(3).first != UInt8(ascii: "-")
        else { return }
        state.withLock { $0.taken.append(mailData) }
    }

    private func close(_ number: Int, _ socket: PeerSocket, _ end: () -> Void) {
        // Forgotten first: its descriptor may belong to somebody else a moment later.
        state.withLock { state in state.open.removeAll { $0 === socket } }
        end()
        if number == dialogue.connections.count { settle() }
    }

    /// `*` stands for any run of characters.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = parts.first, text.hasPrefix(first) else { return false }
        guard parts.count > 1, let last = parts.last else { return text == pattern }
        return text.count >= first.count + last.count && text.hasSuffix(last)
    }
}
