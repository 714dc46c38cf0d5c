package import Mail
package import Store

extension SendingService {
    /// True when some sends wait for a person.
    package var mayHold: Bool { composition.mayHold }

    /// Lets a held send go, on a person's word.
    ///
    /// - Parameters:
    ///   - content: the content digest that the person was shown; nil takes what is recorded, which never changes.
    ///   - person: who said so, for the record.
    ///   - wait: how long to wait for what becomes of it.
    ///   - progress: hears how the attempt goes on.
    /// - Throws: `not_found`; `invalid_request` when it is not held any more, or was approved as something else;
    ///   `recipient_not_allowed` when a list says so by now, and then it stays held.
    package func approve(
        _ id: SendID, content: String? = nil, by person: String, wait: Duration, progress: Progress? = nil
    ) async throws(Failure) -> SendHistory {
        guard let store = try door.forReading() else { throw .notFound(.id(id)) }
        try checkLists(for: try await history(.id(id), wait: .zero) { _ in true }.send)
        return try await watching(id, wait: wait, progress) { () throws(Failure) in
            let decision: Decision
            do {
                decision = try await store.approve(id, content: content, by: person, at: surroundings.now())
            } catch {
                throw .record(error, "It could not be approved, so nothing was sent")
            }
            try check(decision, id)
            await dispatcher.wake()
            return try await history(.id(id), wait: wait) { $0.isSettled }
        }
    }

    /// Ends a held send, on a person's word; nothing of it ever leaves.
    package func deny(_ id: SendID, by person: String, reason: String? = nil) async throws(Failure)
        -> SendHistory
    {
        guard let store = try door.forReading() else { throw .notFound(.id(id)) }
        let decision: Decision
        do {
            decision = try await store.deny(id, by: person, reason: reason, at: surroundings.now())
        } catch {
            throw .record(error, "It could not be denied; it is still held")
        }
        try check(decision, id)
        changes.changed(id)
        return try await history(.id(id), wait: .zero) { _ in true }
    }

    /// The digest of what a held send would send, for binding a person's word to it.
    package func content(of id: SendID) throws(Failure) -> String {
        guard let store = try door.forReading() else { throw .notFound(.id(id)) }
        do {
            guard let digest = try store.contentDigest(of: id) else { throw Failure.notFound(.id(id)) }
            return digest
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    private func check(_ decision: Decision, _ id: SendID) throws(Failure) {
        switch decision {
        case .done: return
        case .unknown: throw .notFound(.id(id))
        case .notHeld(let state): throw .notHeld(id, state)
        case .otherContent: throw .otherContent(id)
        }
    }

    /// Runs the body while this process knows that somebody waits for the send.
    func watching<Value>(
        _ id: SendID, wait: Duration, _ progress: Progress?,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        if wait == .zero { return try await body() }
        changes.expect(id, progress)
        do throws(Failure) {
            let value = try await body()
            changes.noLongerExpected(id)
            return value
        } catch {
            changes.noLongerExpected(id)
            throw error
        }
    }
}

extension Failure {
    fileprivate static func notHeld(_ id: SendID, _ state: SendState) -> Failure {
        Failure(
            .invalidRequest,
            "The send \(id) does not wait for approval: it is \(state.status.rawValue) (\(state.rawValue)).",
            hint: "A person's yes or no counts once. See what became of it with track_send.", field: "id")
    }

    fileprivate static func otherContent(_ id: SendID) -> Failure {
        Failure(
            .invalidRequest, "What was approved is not what the send \(id) holds, so it stays held.",
            hint: "Look at it again, then approve it.", field: "id")
    }
}
