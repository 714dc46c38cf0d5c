package import Mail

/// A time in which nothing is sent from an account, because its server said so.
package struct AccountPause: Sendable, Hashable {
    package let since: Timestamp
    package let until: Timestamp
    /// What the server said and what to do about it.
    package let failure: Failure

    package init(since: Timestamp, until: Timestamp, failure: Failure) {
        self.since = since
        self.until = until
        self.failure = failure
    }

    /// Seconds.
    package var length: Double { Double(until.milliseconds - since.milliseconds) / 1000 }
}
