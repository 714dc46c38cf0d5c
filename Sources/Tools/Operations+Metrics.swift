import Mail
import Sending
import Store

extension Operations {
    /// What is measured of the record and of this process's attempts. Without a record that can be read, what is left.
    package func measurements() async -> [Metric] {
        var metrics: [Metric] = []
        if case .success(let service) = await service() {
            if let statistics = (try? await census.statistics(service)) ?? nil {
                metrics += Self.metrics(of: statistics, at: service.now)
            }
            if let commits = try? service.commits() {
                metrics += [
                    Metric(
                        "envelope_commits_total", .counter, "Transactions that this process committed.",
                        [Metric.Sample(Double(commits.transactions))]),
                    Metric(
                        "envelope_writes_total", .counter, "Writes that shared those transactions.",
                        [Metric.Sample(Double(commits.writes))]),
                ]
            }
        }
        return metrics + Self.metrics(of: self.metrics.snapshot)
    }

    private static func metrics(of statistics: Statistics, at now: Timestamp) -> [Metric] {
        let counts = statistics.counts.map { count in
            Metric.Sample(
                Double(count.sends),
                [
                    ("account", count.account), ("status", count.state.status.rawValue),
                    ("state", count.state.rawValue),
                ])
        }
        let queued = statistics.counts.filter { $0.state.status == .queued }
        let depth = Dictionary(queued.map { ($0.account, $0.sends) }, uniquingKeysWith: +)
        let accounts = Set(statistics.counts.map(\.account)).sorted()
        let due = Dictionary(statistics.due.map { ($0.account, $0) }, uniquingKeysWith: { first, _ in first })
        func each(_ value: (String) -> Double) -> [Metric.Sample] {
            accounts.map { Metric.Sample(value($0), [("account", $0)]) }
        }
        return [
            Metric("envelope_sends", .gauge, "Recorded sends.", counts),
            Metric(
                "envelope_queue_sends", .gauge, "Sends that are not finished.",
                each { Double(depth[$0] ?? 0) }),
            Metric(
                "envelope_queue_due_sends", .gauge, "Sends that are due and not begun.",
                each { Double(due[$0]?.sends ?? 0) }),
            Metric(
                "envelope_queue_oldest_due_age_seconds", .gauge,
                "How long the send that waits longest has been due; 0 when none is.",
                each { name in
                    due[name].map { max(0, Double(now.milliseconds - $0.oldest.milliseconds) / 1000) } ?? 0
                }),
        ]
    }

    private static func metrics(of snapshot: Metrics.Snapshot) -> [Metric] {
        let replies = snapshot.replies.sorted {
            ($0.key.phase, $0.key.kind) < ($1.key.phase, $1.key.kind)
        }
        let faults = snapshot.faults.sorted { $0.key.rawValue < $1.key.rawValue }
        return [
            Metric(
                "envelope_attempts_open", .gauge, "Attempts under way in this process.",
                [Metric.Sample(Double(snapshot.open))]),
            Metric(
                "envelope_attempt_duration_seconds", .histogram, "How long attempts took.",
                samples(of: snapshot.attempts)),
            Metric(
                "envelope_attempt_phase_duration_seconds", .histogram,
                "How long attempts stayed in each phase.",
                snapshot.phases.sorted { $0.key < $1.key }.flatMap {
                    // The transport tells of the session as one: its first phase stands for all of them.
                    samples(of: $0.value, [("phase", $0.key == .resolve ? "session" : $0.key.rawValue)])
                }),
            Metric(
                "envelope_smtp_replies_total", .counter, "Replies of submission servers by class.",
                replies.map {
                    Metric.Sample(
                        Double($0.value), [("phase", $0.key.phase.rawValue), ("class", "\($0.key.kind)xx")])
                }),
            Metric(
                "envelope_attempt_faults_total", .counter, "Attempts that ended without a reply.",
                faults.map { Metric.Sample(Double($0.value), [("fault", $0.key.rawValue)]) }),
        ]
    }

    private static func samples(
        of histogram: Histogram, _ labels: [(name: String, value: String)] = []
    ) -> [Metric.Sample] {
        var samples: [Metric.Sample] = []
        var sum = 0
        for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            sum += count
            let upTo = bound == bound.rounded() ? String(Int(bound)) : String(bound)
            samples.append(Metric.Sample(Double(sum), labels + [("le", upTo)], suffix: "_bucket"))
        }
        samples.append(
            Metric.Sample(Double(histogram.count), labels + [("le", "+Inf")], suffix: "_bucket"))
        samples.append(Metric.Sample(histogram.sum, labels, suffix: "_sum"))
        samples.append(Metric.Sample(Double(histogram.count), labels, suffix: "_count"))
        return samples
    }
}
