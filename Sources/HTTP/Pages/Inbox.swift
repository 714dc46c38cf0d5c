/// The sandbox's inbox, as whoever keeps it lends it.
package struct Inbox: Sendable {
    /// A message that the sandbox took.
    package struct Entry: Sendable {
        package let id: String
        /// RFC 3339.
        package let at: String
        package let from: String
        /// Those whom the sandbox took it for.
        package let to: [String]
        package let subject: String
        /// Octets.
        package let size: Int

        package init(id: String, at: String, from: String, to: [String], subject: String, size: Int) {
            self.id = id
            self.at = at
            self.from = from
            self.to = to
            self.subject = subject
            self.size = size
        }
    }

    let list: @Sendable (Int) async throws -> [Entry]
    let message: @Sendable (String) async -> [UInt8]?

    /// - Parameters:
    ///   - list: the newest, at most so many.
    ///   - message: the octets of one; nil when there is none of that id.
    package init(
        list: @escaping @Sendable (Int) async throws -> [Entry],
        message: @escaping @Sendable (String) async -> [UInt8]?
    ) {
        self.list = list
        self.message = message
    }
}
