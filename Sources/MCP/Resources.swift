package import JSON

/// What a server lets its clients read by URI.
package struct Resources: Sendable {
    package typealias Complete =
        @Sendable (_ template: String, _ argument: String, _ value: String, _ context: [String: String]) async
        ->
        Completion

    /// `ResourceTemplate` objects in the newest form; older revisions get less of them.
    package let templates: [JSON.Object]
    /// One page of `Resource` objects and the cursor of the next, nil on the last. Throws `invalidParams` for a cursor
    /// that it never gave out.
    package let list:
        @Sendable (_ cursor: String?) async throws(ProtocolError) -> (resources: [JSON.Object], next: String?)
    /// The contents behind a URI; nil when there is nothing.
    package let read: @Sendable (_ uri: String) async throws(ProtocolError) -> [JSON.Object]?
    /// Nil: nothing about resources can be completed.
    package let complete: Complete?
    /// One element for each change until the reader ends it; nil for a URI that no resource can have. A server without
    /// it offers no subscriptions.
    package let changes: (@Sendable (_ uri: String) -> AsyncStream<Void>?)?
    /// How long a client may keep a list and a content, in milliseconds.
    package let listTTL: Int64
    package let readTTL: Int64

    package init(
        templates: [JSON.Object] = [],
        list:
            @escaping @Sendable (_ cursor: String?) async throws(ProtocolError)
            -> (resources: [JSON.Object], next: String?),
        read: @escaping @Sendable (_ uri: String) async throws(ProtocolError) -> [JSON.Object]?,
        complete: Complete? = nil,
        changes: (@Sendable (_ uri: String) -> AsyncStream<Void>?)? = nil, listTTL: Int64 = 0,
        readTTL: Int64 = 0
    ) {
        self.templates = templates
        self.list = list
        self.read = read
        self.complete = complete
        self.changes = changes
        self.listTTL = listTTL
        self.readTTL = readTTL
    }
}
