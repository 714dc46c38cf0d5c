internal import Mail
internal import NIOCore
internal import NIOPosix

/// An SMTP server inside the process, on a loopback port, that keeps what it takes and lets nothing leave.
///
/// Submission goes to it as to any server, so the normal path is what runs. It offers no TLS and no AUTH: it
/// listens on 127.0.0.1 only. Addresses at `simulator.test` play faults; see `SimulatedAddress`.
///
/// One thread serves all connections; a message is synced to disk on it before its 250.
package final class Sandbox: Sendable {
    /// Where it listens on 127.0.0.1; the system's choice.
    package let port: Int

    private let group: MultiThreadedEventLoopGroup

    /// 25 MiB of mail after encoding, with room for the line ends and headers that encoding adds.
    package static let maximumSize = 36_700_160

    /// What every connection goes by.
    struct Rules: Sendable {
        let inbox: SandboxInbox
        let maximumSize: Int
        let slowReply: TimeAmount
    }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - maximumSize: octets of mail data that it takes, told in EHLO as SIZE (RFC 1870).
    ///   - slowReply: how late the reply to the final dot comes for `slow@simulator.test`.
    /// - Throws: `IOError` when no port or no descriptor is to be had.
    package static func start(
        inbox: SandboxInbox, maximumSize: Int = maximumSize, slowReply: Duration = .seconds(10)
    ) async throws -> Sandbox {
        inbox.removeAbandonedDrafts()
        let rules = Rules(inbox: inbox, maximumSize: maximumSize, slowReply: TimeAmount(slowReply))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(SessionHandler(rules: rules))
                    }
                }
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(to: SocketAddress(ipAddress: "127.0.0.1", port: 0))
                .get()
            return Sandbox(port: listener.localAddress?.port ?? 0, group: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private init(port: Int, group: MultiThreadedEventLoopGroup) {
        self.port = port
        self.group = group
    }

    /// Stops listening, drops every connection and ends its thread; what has been answered with 250 is on disk.
    package func stop() async {
        // Closes every channel of its loop, the listener too; a second call finds nothing to do.
        try? await group.shutdownGracefully()
    }
}
