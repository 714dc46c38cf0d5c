extension Session {
    /// What a conversation needs to know of the world around it.
    package struct Options: Sendable {
        /// Who speaks: `stdio`, or the identity behind the credentials over HTTP.
        package var principal = "stdio"
        /// False where the server cannot send a legacy client requests of its own.
        package var asks = true
        /// False where the server cannot send a legacy client what belongs to no request.
        package var pushes = true
        /// False where `notifications/initialized` may be overtaken by the requests after it.
        package var waitsForInitialized = true
        /// How long a legacy client may take to answer a question.
        package var answerTime = Duration.seconds(600)
        /// How long a modern client may take to come back, in seconds.
        package var stateTime: Int64 = 600
        /// How often one request may ask before it fails.
        package var rounds = 8
        /// URIs that may be watched at once.
        package var subscriptions = 64
        package var clock: any Clock<Duration> = ContinuousClock()
        /// Takes a record of each request that had to be run, once it has been.
        package var observe: @Sendable (CallRecord) -> Void = { _ in }

        package init() {}
    }
}
