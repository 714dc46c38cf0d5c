import Synchronization

/// The open connections, so that what is done for them can be ended.
final class Connections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: ConnectionWatch] = [:]
        var isEnding = false
    }

    private let state = Mutex(State())
    private let traffic: Traffic

    init(_ traffic: Traffic) { self.traffic = traffic }

    func opened(_ watch: ConnectionWatch) {
        traffic.opened()
        let isEnding = state.withLock { state in
            state.open[ObjectIdentifier(watch)] = watch
            return state.isEnding
        }
        if isEnding { watch.leave() }
    }

    func closed(_ watch: ConnectionWatch) {
        let known = state.withLock { $0.open.removeValue(forKey: ObjectIdentifier(watch)) }
        if known == nil { return }
        traffic.closed()
        watch.leave()
    }

    /// Nobody waits any longer for what may take its time; every answer under way is given at once.
    func end() {
        let open = state.withLock { state in
            state.isEnding = true
            return Array(state.open.values)
        }
        for watch in open { watch.leave() }
    }
}
