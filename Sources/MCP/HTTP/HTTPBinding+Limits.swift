extension HTTPBinding {
    /// Bounds of memory and time.
    package struct Limits: Sendable {
        /// Bytes of one body. A tool's arguments may hold 25 MiB of attachments, in base64, in JSON.
        package var body = 48 << 20
        /// Legacy sessions; beyond them the one that was idle for longest makes room.
        package var sessions = 256
        /// After so long without a request, a call or a stream a session is forgotten.
        package var idle = Duration.seconds(1800)
        /// Streams that a session may open by GET; beyond them the oldest ends.
        package var streams = 4
        /// Calls of one session that may run at once.
        package var calls = 64
        /// Calls of all clients that may run at once.
        package var allCalls = 256
        /// Bytes of the bodies that those calls came in.
        package var allBytes = 256 << 20
        /// Modern subscriptions of all clients.
        package var listens = 128
        /// Bytes that may wait on one stream for a client that does not read.
        package var unread = 1 << 20
        /// From one comment to the next on a stream that has nothing to say, and until a call that has said nothing becomes
        /// a stream.
        package var keepAlive = Duration.seconds(15)

        package init() {}
    }
}
