/// What one process takes on at most, so that no client can use it up.
package struct HTTPLimits: Sendable {
    /// Bytes of a body that carries a message: 25 MiB of attachments in base64, and room for the rest.
    package var messageBody = 48 * 1_048_576
    /// Bytes of all bodies that are being read at the same time.
    package var bodies = 256 * 1_048_576
    /// Bytes of a request's header section, and of its request line.
    package var header = 32_768
    package var headerFields = 100
    /// Beyond it a connection waits to be accepted until another one ends.
    package var connections = 512
    /// From the opening of a connection, or the end of an answer, to the end of the next header section.
    package var headerTime = Duration.seconds(30)
    /// For a body to come in whole: this, and a second for each `bodyRate` bytes of it.
    package var bodyTime = Duration.seconds(20)
    package var bodyRate = 65_536
    /// For a client to read an answer's next piece.
    package var writeTime = Duration.seconds(30)
    /// From red to the end of accepting, for whoever watches `/readyz`.
    package var redTime = Duration.milliseconds(400)
    /// For the answers under way when the process ends.
    package var drainTime = Duration.seconds(5)

    package init() {}

    /// - Parameter size: octets that are announced; nil where nothing is.
    func time(forBody size: Int?) -> Duration {
        bodyTime + .seconds(min(size ?? messageBody, messageBody) / max(1, bodyRate))
    }
}
