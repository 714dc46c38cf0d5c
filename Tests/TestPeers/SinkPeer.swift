import Foundation
import Synchronization

/// A server on loopback that takes everything, on as many connections as come, and keeps the mail data.
package final class SinkPeer: Sendable {
    private struct State {
        var taken: [[UInt8]] = []
        var count = 0
        var connections = 0
        var refused = 0
        var open: [PeerSocket] = []
    }

    package let port: Int
    private let listener: PeerSocket
    private let offers: [String]
    private let keepsMailData: Bool
    private let mostConnections: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - offers: EHLO keywords.
    ///   - mostConnections: a connection beyond so many is greeted with 421.
    package init(
        offers: [String] = ["PIPELINING", "8BITMIME"], keepsMailData: Bool = true, mostConnections: Int = .max
    ) throws {
        self.offers = offers
        self.keepsMailData = keepsMailData
        self.mostConnections = mostConnections
        (listener, port) = try PeerSocket.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    /// Mail data as it came over the wire, in the order of the replies.
    package var taken: [[UInt8]] { state.withLock { $0.taken } }
    package var count: Int { state.withLock { $0.count } }
    package var connections: Int { state.withLock { $0.connections } }
    /// Connections greeted with 421 because there were too many.
    package var refused: Int { state.withLock { $0.refused } }

    package func stop() {
        listener.wake()
        for socket in state.withLock({ $0.open }) { socket.wake() }
    }

    private func accept() {
        while let socket = listener.nextConnection() {
            let isTaken = state.withLock { state in
                if state.open.count >= mostConnections {
                    state.refused += 1
                    return false
                }
                state.connections += 1
                state.open.append(socket)
                return true
            }
            if !isTaken {
                socket.write(Array("421 4.7.0 too many connections\r\n".utf8))
                socket.drop()
                continue
            }
            Thread.detachNewThread { [self] in serve(socket) }
        }
        listener.drop()
    }

    private func serve(_ socket: PeerSocket) {
        var reader = PeerReader(socket)
        var replies: [UInt8] = []
        func reply(_ text: String) { replies += Array((text + "\r\n").utf8) }
        reply("220 sink.test ESMTP")
        while true {
            // Replies gather while commands are waiting, as RFC 2920 wants it.
            if !reader.hasLine {
                socket.write(replies)
                replies = []
            }
            guard let line = reader.line() else { break }
            switch line.first {
            case UInt8(ascii: "E"):
                for (index, keyword) in (["sink.test"] + offers).enumerated() {
                    reply((index == offers.count ? "250 " : "250-") + keyword)
                }
            case UInt8(ascii: "D"):
                reply("354 go ahead")
                socket.write(replies)
                replies = []
                guard let mailData = reader.mailData(), reader.line() != nil else { break }
                state.withLock { state in
                    state.count += 1
                    if keepsMailData { state.taken.append(mailData) }
                }
                reply("250 2.0.0 taken")
            case UInt8(ascii: "Q"): reply("221 bye")
            default: reply("250 ok")
            }
        }
        state.withLock { state in state.open.removeAll { $0 === socket } }
        socket.drop()
    }
}

/// Lends a server that takes everything; it is gone when the body returns.
package func withSink<Result>(
    offers: [String] = ["PIPELINING", "8BITMIME"], mostConnections: Int = .max,
    _ body: (SinkPeer) async throws -> Result
) async throws -> Result {
    let sink = try SinkPeer(offers: offers, mostConnections: mostConnections)
    defer { sink.stop() }
    return try await body(sink)
}
