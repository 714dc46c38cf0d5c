import Synchronization

/// The sessions that legacy clients have begun, by their ids. Each belongs to the principal that began it; an id alone
/// opens nothing.
final class LegacySessions: Sendable {
    private let limits: HTTPBinding.Limits
    /// Time since some moment.
    private let now: @Sendable () -> Duration
    private let newID: @Sendable () -> String
    private let entries = Mutex<[String: LegacySession]>([:])

    init(
        _ limits: HTTPBinding.Limits, now: @escaping @Sendable () -> Duration,
        newID: @escaping @Sendable () -> String
    ) {
        self.limits = limits
        self.now = now
        self.newID = newID
    }

    var count: Int { entries.withLock { $0.count } }

    /// Takes in a session; nil when there are too many and all of them are at work.
    func begin(_ session: Session, for principal: String) -> LegacySession? {
        let begun = LegacySession(newID(), of: principal, session, limits: limits, now: now)
        let (isTaken, ended) = entries.withLock { entries in
            var ended = forgetIdle(&entries)
            if entries.count >= limits.sessions {
                let idle = entries.values.compactMap { session in session.idleSince.map { ($0, session) } }
                guard let (_, oldest) = idle.min(by: { $0.0 < $1.0 }) else { return (false, ended) }
                entries[oldest.id] = nil
                ended.append(oldest)
            }
            entries[begun.id] = begun
            return (true, ended)
        }
        for session in ended { session.end() }
        return isTaken ? begun : nil
    }

    /// The live session of that id and principal, which counts as used now.
    func session(_ id: String, of principal: String) -> LegacySession? {
        let (found, ended) = entries.withLock { entries in
            let ended = forgetIdle(&entries)
            return (entries[id], ended)
        }
        for session in ended { session.end() }
        guard let found, found.principal == principal else { return nil }
        found.touch()
        return found
    }

    func end(_ session: LegacySession) {
        entries.withLock { $0[session.id] = nil }
        session.end()
    }

    func endAll() {
        let ended = entries.withLock { entries in
            let sessions = Array(entries.values)
            entries = [:]
            return sessions
        }
        for session in ended { session.end() }
    }

    private func forgetIdle(_ entries: inout [String: LegacySession]) -> [LegacySession] {
        let now = now()
        var ended: [LegacySession] = []
        for (id, session) in entries {
            guard let lastUse = session.idleSince, now - lastUse >= limits.idle else { continue }
            entries[id] = nil
            ended.append(session)
        }
        return ended
    }
}
