import HTTPTypes
import HummingbirdCore
import Logging
import MCP
import NIOCore
import NIOHTTPTypes

/// One accepted connection.
struct HTTPConnection: ServerChildChannelValue {
    let http: HTTP1Channel.Value
    let watch: ConnectionWatch
    var channel: any Channel { http.channel }
}

/// Sets connections up and answers what comes over them.
struct HTTPConnectionSetup: ServerChildChannel {
    let answering: Answering
    let connections: Connections
    let limits: HTTPLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTPConnection> {
        let watch = ConnectionWatch()
        return base(watch, executor: nil).setup(channel: channel, logger: logger).map {
            HTTPConnection(http: $0, watch: watch)
        }
    }

    func handle(value: HTTPConnection, logger: Logger) async {
        let executor = LoopExecutor(value.channel.eventLoop)
        await withTaskExecutorPreference(executor) {
            await base(value.watch, executor: executor).handle(value: value.http, logger: logger)
        }
    }

    private func base(_ watch: ConnectionWatch, executor: LoopExecutor?) -> HTTP1Channel {
        HTTP1Channel(
            responder: { [answering] request, writer, _ in
                try await answering.answer(
                    request, Waiting(watch: watch, executor: executor), writer)
            },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(watch, connections, limits)],
                idleTimeout: TimeAmount(limits.headerTime),
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: limits.header / 2, maxHeaderListSize: limits.header,
                    maxHeaderFieldCount: limits.headerFields)))
    }
}
