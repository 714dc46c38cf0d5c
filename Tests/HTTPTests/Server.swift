import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import TestPeers
import Tools

@testable import HTTP

/// A server on a socket of this machine, over a real record and a scripted transport.
struct Server: Sendable {
    let port: Int
    let shop: Shop
    private let group: ServiceGroup

    init(port: Int, shop: Shop, group: ServiceGroup) {
        self.port = port
        self.shop = shop
        self.group = group
    }

    /// What SIGTERM does.
    func shutDown() async { await group.triggerGracefulShutdown() }

    /// Sends octets on a new connection and reads until what came is enough, or the server ends the connection.
    ///
    /// - Parameter closing: says at once that nothing more will be sent.
    func exchange(
        _ text: String, closing: Bool = false,
        until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> (text: String, hasEnded: Bool) {
        try await connected { connection in
            try await connection.send(text)
            if closing { connection.finish() }
            return try await connection.read(until: isEnough)
        }
    }

    func connected<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(Connection(inbound: inbound, outbound: outbound))
        }
    }

    struct Connection: Sendable {
        let inbound: NIOAsyncChannelInboundStream<ByteBuffer>
        let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

        func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

        func finish() { outbound.finish() }

        /// To be called once.
        func read(until isEnough: @Sendable (String) -> Bool) async throws -> (text: String, hasEnded: Bool) {
            var text = ""
            do {
                for try await buffer in inbound {
                    text += String(buffer: buffer)
                    if isEnough(text) { return (text, false) }
                }
            } catch is IOError {}
            return (text, true)
        }
    }
}

/// Lends a running server; afterwards it has ended in order.
func withServer<Result: Sendable>(
    _ acts: [ScriptedTransport.Act] = [], limits: (inout HTTPLimits) -> Void = { _ in },
    _ body: @escaping @Sendable (Server) async throws -> Result
) async throws -> Result {
    var own = HTTPLimits()
    own.redTime = .zero
    limits(&own)
    let settings = try HTTPSettings(port: 0, limits: own)
    return try await withShop(acts, settings: settings) { shop in
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let service = Running(
            service: HTTPService(shop.offer, settings: settings, logger: logger),
            listening: { listening.yield($0) })
        let group = ServiceGroup(services: [service], logger: logger)
        async let end: Void = group.run()
        for await port in ports {
            let result = try await body(Server(port: port, shop: shop, group: group))
            await group.triggerGracefulShutdown()
            try await end
            return result
        }
        throw NeverListened()
    }
}

/// The server ended before it had a port.
private struct NeverListened: Error {}

private struct Running: Service {
    let service: HTTPService
    let listening: @Sendable (Int) -> Void

    func run() async throws { try await service.run(listening: listening) }
}
