/// Sends over a stretch of time, for a chart.
package struct Chart: Sendable, Hashable {
    package struct Bar: Sendable, Hashable {
        /// RFC 3339, inclusive.
        package let since: String
        /// RFC 3339, exclusive.
        package let until: String
        package let sent: Int
        package let failed: Int
        package let queued: Int
    }

    package let bars: [Bar]
    /// Sends that wait for a person, whenever they were recorded.
    package let held: Int

    package init(bars: [Bar], held: Int) {
        self.bars = bars
        self.held = held
    }
}
