import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// One accepted connection.
struct HTTPConnection: ServerChildChannelValue {
    let channel: any Channel
}

/// Sets connections up; what comes over them is answered on their own event loops.
struct HTTPConnectionSetup: ServerChildChannel {
    let answering: Answering
    let connections: Connections
    let limits: HTTPLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTPConnection> {
        channel.eventLoop.makeCompletedFuture {
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.header / 2
            decoder.maxHeaderListSize = limits.header
            decoder.maxHeaderFieldCount = limits.headerFields
            let pipeline = channel.pipeline.syncOperations
            // Errors, pipelining and the form of the answers are the connection handler's.
            try pipeline.addHandler(
                ByteToMessageHandler(
                    HTTPRequestDecoder(
                        leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
                        limitConfiguration: decoder)))
            try pipeline.addHandler(ConnectionHandler(answering, connections, limits))
            return HTTPConnection(channel: channel)
        }
    }

    /// Lasts as long as the connection.
    func handle(value: HTTPConnection, logger: Logger) async {
        await withTaskCancellationHandler {
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}
