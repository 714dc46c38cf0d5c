import Synchronization
import Tools

/// What goes on at the door: connections, answers, and whether more is taken.
final class Traffic: Sendable {
    private struct Key: Hashable {
        let route: String
        let status: Int
    }

    private struct State {
        var connections = 0
        var accepted = 0
        var answers: [Key: Int] = [:]
        var isEnding = false
    }

    private let state = Mutex(State())

    func opened() {
        state.withLock { state in
            state.connections += 1
            state.accepted += 1
        }
    }

    func closed() { state.withLock { $0.connections -= 1 } }

    func answered(_ route: String, status: Int) {
        state.withLock { $0.answers[Key(route: route, status: status), default: 0] += 1 }
    }

    /// From now on `/readyz` says that this process ends.
    func end() { state.withLock { $0.isEnding = true } }

    var isEnding: Bool { state.withLock { $0.isEnding } }

    var metrics: [Metric] {
        let state = state.withLock { $0 }
        let answers = state.answers.sorted { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }
        return [
            Metric(
                "envelope_http_connections", .gauge, "Open connections.",
                [Metric.Sample(Double(state.connections))]),
            Metric(
                "envelope_http_accepted_total", .counter, "Connections accepted.",
                [Metric.Sample(Double(state.accepted))]),
            Metric(
                "envelope_http_responses_total", .counter, "Answers by route and status.",
                answers.map {
                    Metric.Sample(
                        Double($0.value), [("route", $0.key.route), ("status", "\($0.key.status)")])
                }),
        ]
    }
}
