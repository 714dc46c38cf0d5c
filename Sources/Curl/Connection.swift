import Synchronization

/// An open line with its session made: octets out, octets in, close.
///
/// One `send` and one `receive` may wait at a time. A `send` that failed, timed out or was cancelled may have
/// written a part, so only `receive` and `close` make sense after it. Dropping the last reference closes the line.
package final class Connection: Sendable {
    private let id: LineID
    private let inbox: Inbox
    private let lastTicket = Atomic<UInt64>(0)
    /// How the session was made.
    package let session: Session
    /// To be applied to whatever is shown of what `receive` gives.
    package let strikeout: Strikeout

    init(id: LineID, inbox: Inbox, session: Session, strikeout: Strikeout) {
        self.id = id
        self.inbox = inbox
        self.session = session
        self.strikeout = strikeout
    }

    deinit { _ = inbox.put(.close(id, farewell: [], nil)) }

    /// Returns when all octets were handed to the system; that says nothing about the peer.
    ///
    /// With `onlyIfQuiet` it looks first whether the peer has spoken or closed, and then throws `.notQuiet` with
    /// nothing sent; `receive` gives what was heard.
    package func send(
        _ bytes: [UInt8], onlyIfQuiet: Bool = false, deadline: ContinuousClock.Instant
    ) async throws(CurlError) {
        if bytes.isEmpty { return }
        try await wait { .send(id, $0, bytes, onlyIfQuiet: onlyIfQuiet, deadline: deadline, $1) }.get()
    }

    /// The next octets, at least one; empty when the peer has closed.
    package func receive(deadline: ContinuousClock.Instant) async throws(CurlError) -> [UInt8] {
        try await wait { .receive(id, $0, deadline: deadline, $1) }.get()
    }

    /// Writes `farewell` as far as it goes without waiting, closes, and returns when the descriptor is closed.
    ///
    /// Works in a cancelled task too, because that is when it is needed.
    package func close(farewell: [UInt8] = []) async {
        _ = await withCheckedContinuation { (waiter: Waiter<Void>) in
            if !inbox.put(.close(id, farewell: farewell, waiter)) { waiter.resume(returning: .success(())) }
        }
    }

    private func wait<Value: Sendable>(
        _ order: (Ticket, Waiter<Value>) -> Order
    ) async -> Result<Value, CurlError> {
        let ticket = lastTicket.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter<Value>) in
                if !inbox.put(order(ticket, waiter)) { waiter.resume(returning: .failure(.stopped)) }
                // A cancel before the order went in had nothing to hit.
                if Task.isCancelled { _ = inbox.put(.cancel(id, ticket)) }
            }
        } onCancel: { [id, inbox] in
            _ = inbox.put(.cancel(id, ticket))
        }
    }
}
