import HummingbirdCore
package import Logging
import MCP
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The server on its socket: listens, answers, and ends in order.
package struct HTTPService: Sendable {
    private let face: Face
    private let settings: HTTPSettings
    private let logger: Logger

    package init(_ offer: Face.Offer, settings: HTTPSettings, logger: Logger) {
        self.face = Face(offer, settings: settings, logger: logger)
        self.settings = settings
        self.logger = logger
    }

    /// Serves until the surrounding service group shuts down gracefully, or the task is cancelled.
    ///
    /// Then, in this order: `/readyz` turns red, nothing more is accepted, calls that wait are answered at once and
    /// streams end, answers under way are finished.
    ///
    /// - Parameter listening: told the port that is listened on.
    /// - Throws: why it cannot listen there, in words for a person.
    package func run(listening: @escaping @Sendable (Int) -> Void) async throws {
        let connections = Connections(face.traffic)
        let server = Server(
            childChannelSetup: HTTPConnectionSetup(
                answering: Answering(face, settings.limits), connections: connections,
                limits: settings.limits),
            configuration: ServerConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(settings.limits.connections, logger: logger)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? settings.port) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        // A task of its own, which no shutdown reaches before its time.
        let serving = Task.detached { try await server.run() }
        // Waiting for a task cannot be cancelled, waiting for a stream can.
        let (over, ending) = AsyncStream.makeStream(of: Void.self)
        Task {
            _ = await serving.result
            ending.finish()
        }
        await withTaskGroup { group in
            group.addTask { for await _ in over {} }
            group.addTask { try? await gracefulShutdown() }
            await group.next()
            group.cancelAll()
        }
        face.traffic.end()
        try? await Task.sleep(for: settings.limits.redTime)
        connections.end()
        face.offer.mcp?.end()
        let stopping = Task.detached { try await server.shutdownGracefully() }
        let limit = Task {
            try await Task.sleep(for: settings.limits.drainTime)
            serving.cancel()
        }
        let result = await serving.result
        limit.cancel()
        _ = await stopping.result
        do { try result.get() } catch let error as IOError { throw ListeningFault(error) }
    }
}
