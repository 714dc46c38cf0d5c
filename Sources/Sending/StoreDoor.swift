package import Mail
package import Store

/// Opens the record when somebody first needs it, so that a process which is only asked for its tools touches no file.
package actor StoreDoor {
    private let open: @Sendable () throws -> Store
    private let exists: @Sendable () -> Bool
    private var store: Store?

    /// - Parameters:
    ///   - open: makes the file where it is missing.
    ///   - exists: whether there is a file; a reader makes none.
    package init(open: @escaping @Sendable () throws -> Store, exists: @escaping @Sendable () -> Bool) {
        self.open = open
        self.exists = exists
    }

    /// The record, made where it is missing.
    package func forWriting() throws(Failure) -> Store {
        if let store { return store }
        do {
            let opened = try open()
            store = opened
            return opened
        } catch {
            throw Failure(
                .internal, "The record of sends cannot be opened, so nothing was sent: \(error).",
                hint:
                    "Set ENVELOPE_DB to a file in a folder that this user can write to, and see that the disk is"
                    + " not full.", retryable: true)
        }
    }

    /// The record, or nil when nothing was ever recorded.
    package func forReading() throws(Failure) -> Store? {
        store == nil && !exists() ? nil : try forWriting()
    }

    /// Lets go of the record; its connections end with the last reader.
    package func close() { store = nil }
}

extension Failure {
    /// Our own fault at the record.
    static func record(_ error: any Error, _ consequence: String) -> Failure {
        if let failure = error as? Failure { return failure }
        return Failure(
            .internal, "\(consequence): \(error).",
            hint: "See that the disk is not full and that the database file is whole, then try again.",
            retryable: true)
    }
}
