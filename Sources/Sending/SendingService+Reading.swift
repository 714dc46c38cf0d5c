package import Mail
package import Store

extension SendingService {
    /// The exact mail data of a send.
    ///
    /// - Throws: `not_found`, also when its mail data was pruned.
    package func mailData(of id: SendID) async throws(Failure) -> MailData {
        guard let store = try door.forReading() else { throw .notFound(.id(id)) }
        do {
            if let mailData = try await store.mailData(of: id) { return mailData }
            if try store.mark(of: id) != nil { throw Failure.withoutMessage(id) }
            throw Failure.notFound(.id(id))
        } catch {
            throw .record(error, "The message could not be read")
        }
    }

    /// Which writing of the record it is; nil when that cannot be told.
    package func version() -> RecordVersion? {
        guard let store = (try? door.forReading()) ?? nil else { return nil }
        return store.version()
    }

    /// True for an account that is set up, and for one that a recorded send was of.
    package func knows(account name: String) async throws(Failure) -> Bool {
        // Perhaps it was added just now.
        await lookForAccounts()
        if accounts.contains(where: { $0.record.name == name || $0.record.id == name }) { return true }
        guard let store = try door.forReading() else { return false }
        do {
            return try store.knows(account: name)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// False for a place in another record's list: no send is ever deleted.
    package func holds(_ position: ListPosition) throws(Failure) -> Bool {
        guard let store = try door.forReading() else { return false }
        do {
            return try store.mark(of: position.id) != nil
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Ids of recorded sends that begin with these characters, newest first.
    package func ids(beginningWith prefix: String, limit: Int) throws(Failure) -> [SendID] {
        guard let store = try door.forReading() else { return [] }
        do {
            return try store.ids(beginningWith: prefix.lowercased(), limit: limit)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// What became of a send whose final dot this process has sent: who ends before the reply never knows.
    ///
    /// - Returns: nil where none has left.
    package func afterFinalDot(of id: SendID, within time: Duration) async -> SendRecord? {
        guard await dispatcher.isAtFinalDot(id) else { return nil }
        return try? await history(.id(id), wait: time) { $0.state != .sending }.send
    }

    /// A signal after each change of a send, by this process or another; several that come together count as one.
    ///
    /// What another process writes is looked for twice a second. Ends when nobody listens any more.
    package func changes(of id: SendID) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let signals = changes.changes(of: id)
        let mark = { [door] () -> String? in
            guard let store = (try? door.forReading()) ?? nil else { return nil }
            return (try? store.mark(of: id)) ?? nil
        }
        // Taken here and not in the task: a change right after this call must be heard of.
        let first = mark()
        let sleep = surroundings.sleep
        let ticks = Task { [changes] in
            while !Task.isCancelled {
                try await sleep(.milliseconds(500))
                changes.changed(id)
            }
        }
        let watch = Task {
            var last = first
            for await _ in signals {
                let now = mark()
                if now == last { continue }
                last = now
                continuation.yield()
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in
            ticks.cancel()
            watch.cancel()
        }
        return stream
    }
}

extension Failure {
    fileprivate static func withoutMessage(_ id: SendID) -> Failure {
        Failure(
            .notFound, "The mail data of the send \(id) has been pruned; its record is still there.",
            hint: "See what became of it with track_send.", field: "id")
    }
}
