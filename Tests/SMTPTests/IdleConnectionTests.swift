import Foundation
import Mail
import SMTP
import Synchronization
import Testing

@testable import TestPeers

@Suite("What a server says while nobody asks")
struct IdleConnectionTests {
    @Test(
        "It is no answer to the next message, which goes over a fresh connection in the same attempt",
        arguments: [
            "554 5.4.0 idle timeout", "550 5.0.0 stray", "500 5.5.1 timeout", "451 4.7.0 waited too long",
            "421 4.4.2 idle timeout", "354 go ahead", "250 2.0.0 stray", "221 2.0.0 bye", "hello?",
        ], [false, true])
    func isNoAnswer(_ words: String, _ closes: Bool) async throws {
        let peer = try TalkingPeer()
        defer { peer.stop() }
        let transport = SMTPTransport(
            server: try SubmissionServer(host: "127.0.0.1", port: peer.port, security: .plain))
        let mailData = try MailData(checking: Array("Subject: Hello\r\n\r\nHello.\r\n".utf8))
        let envelope = try #require(
            Envelope(
                reversePath: try Address(parsing: "me@example.com"),
                forwardPaths: [try Address(parsing: "ada@example.org")]))
        let first = await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in })
        #expect(first.outcomes == [.accepted])

        peer.say(words, closes: closes)
        // The system has carried it over by then.
        try await Task.sleep(for: .milliseconds(100))
        let second = await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in })
        await transport.close()
        #expect(second.outcomes == [.accepted], "\(second)")
        #expect(peer.connections == 2)
        #expect(second.conversation.contains { $0.contains("once again on a fresh one") })
        #expect(second.conversation.count { $0.hasPrefix("C: MAIL") } == 1, "nothing was said on the other")
    }
}

/// Takes every message, and says something unasked on its first connection.
private final class TalkingPeer: Sendable {
    private struct State {
        var connections = 0
        var first: PeerSocket?
        var open: [PeerSocket] = []
    }

    let port: Int
    private let listener: PeerSocket
    private let state = Mutex(State())

    init() throws {
        (listener, port) = try PeerSocket.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    var connections: Int { state.withLock { $0.connections } }

    func say(_ words: String, closes: Bool) {
        guard let socket = state.withLock({ $0.first }) else { return }
        socket.write(Array((words + "\r\n").utf8))
        if closes { socket.wake() }
    }

    func stop() {
        listener.wake()
        for socket in state.withLock({ $0.open }) { socket.wake() }
    }

    private func accept() {
        while let socket = listener.nextConnection() {
            state.withLock { state in
                state.connections += 1
                state.open.append(socket)
                if state.connections == 1 { state.first = socket }
            }
            Thread.detachNewThread { [self] in serve(socket) }
        }
        listener.drop()
    }

    private func serve(_ socket: PeerSocket) {
        var reader = PeerReader(socket)
        socket.write(Array("220 peer.test ESMTP\r\n".utf8))
        while let line = reader.line() {
            if line == Array("DATA".utf8) {
                socket.write(Array("354 go ahead\r\n".utf8))
                guard reader.mailData() != nil, reader.line() != nil else { break }
            }
            socket.write(Array("250 ok\r\n".utf8))
        }
        state.withLock { state in
            state.open.removeAll { $0 === socket }
            if state.first === socket { state.first = nil }
        }
        socket.drop()
    }
}
