import Store

/// Tells those who wait for a send that something about it was written by this process.
actor Changes {
    private var waiting: [SendID: [Int: AsyncStream<Void>.Continuation]] = [:]
    private var expected: [SendID: Int] = [:]
    private var last = 0

    /// Somebody waits for what becomes of it, until as many calls of `noLongerExpected`.
    func expect(_ id: SendID) { expected[id, default: 0] += 1 }

    func noLongerExpected(_ id: SendID) {
        expected[id, default: 1] -= 1
        if expected[id] == 0 { expected[id] = nil }
    }

    func isExpected(_ id: SendID) -> Bool { expected[id] != nil }

    /// A signal for each change from now on; several that come together count as one.
    func changes(of id: SendID) -> AsyncStream<Void> {
        last += 1
        let ticket = last
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        waiting[id, default: [:]][ticket] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.forget(ticket, of: id) } }
        return stream
    }

    func changed(_ id: SendID) {
        for continuation in (waiting[id] ?? [:]).values { continuation.yield() }
    }

    private func forget(_ ticket: Int, of id: SendID) {
        waiting[id]?[ticket] = nil
        if waiting[id]?.isEmpty == true { waiting[id] = nil }
    }
}
