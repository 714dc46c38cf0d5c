/// Suggestions for the value of one argument; at most 100 go out.
package struct Completion: Sendable {
    package let values: [String]
    /// How many there are in all, if known.
    package let total: Int?
    package let hasMore: Bool?

    package init(values: [String], total: Int? = nil, hasMore: Bool? = nil) {
        self.values = values
        self.total = total
        self.hasMore = hasMore
    }
}
