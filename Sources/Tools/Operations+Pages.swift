import JSON
package import MCP
import Mail
import Sending
import Store

extension Operations {
    /// A send with everything that happened to it, as `track_send` returns it, and for a person besides: with each
    /// refused recipient the `hint`, and with a held send the digest of its `content`.
    package func record(of id: String) async -> ToolResult {
        do throws(Failure) {
            let service = try await service().get()
            let id = try SendID(argument: id)
            let history = try await service.track(.id(id), wait: .zero)
            var object = JSON.Object.history(history)
            let reported = object["recipients"]?.array ?? []
            object["recipients"] = .array(
                zip(reported, history.send.recipients).map { json, recipient in
                    var object = json.object ?? [:]
                    object["name"] = recipient.mailbox.displayName.map(JSON.string)
                    object["hint"] = recipient.hint.map(JSON.string)
                    return .object(object)
                })
            if history.send.state == .held { object["content"] = .string(try service.content(of: id)) }
            return ToolResult(structured: object)
        } catch {
            return .failure(error)
        }
    }

    /// The time so many seconds ago (RFC 3339); nil without a service.
    package func time(secondsAgo seconds: Double) async -> String? {
        guard case .success(let service) = await service() else { return nil }
        return service.now.adding(seconds: -seconds).rfc3339
    }

    /// How many sends were recorded when, in at most 60 bars; by default over the last 24 hours.
    ///
    /// - Parameters:
    ///   - since: RFC 3339; what is no time counts as absent.
    ///   - until: RFC 3339, exclusive; now by default.
    package func chart(since: String?, until: String?) async -> Result<Chart, Problem> {
        do throws(Failure) {
            let service = try await service().get()
            let end = until.flatMap(Timestamp.init(rfc3339:)) ?? service.now
            let start = since.flatMap(Timestamp.init(rfc3339:)) ?? end.adding(seconds: -86_400)
            let scale = Scale(from: start, to: end)
            let activity = try await service.activity(
                from: scale.start, width: scale.width, pieces: scale.pieces)
            return .success(scale.chart(activity))
        } catch {
            return .failure(Problem(error))
        }
    }
}

/// Pieces of time that begin where a clock shows round numbers (UTC).
private struct Scale {
    let start: Timestamp
    /// Milliseconds.
    let width: Int64
    let pieces: Int

    private static let minutes: [Int64] = [
        1, 2, 5, 10, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 43_200, 525_600, 5_256_000,
    ]

    init(from start: Timestamp, to end: Timestamp) {
        let span = max(end.milliseconds - start.milliseconds, 1)
        let width = (Self.minutes.first { span / ($0 * 60_000) < 59 } ?? 52_560_000) * 60_000
        let first = start.milliseconds / width
        self.width = width
        self.start = Timestamp(milliseconds: first * width)
        // The last piece holds the last millisecond before the end.
        let last = (max(end.milliseconds, start.milliseconds + 1) - 1) / width
        self.pieces = Int(last - first) + 1
    }

    func chart(_ activity: Activity?) -> Chart {
        func count(_ status: SendStatus, _ piece: Int) -> Int { activity?.counts[status]?[piece] ?? 0 }
        func edge(_ piece: Int) -> String {
            Timestamp(milliseconds: start.milliseconds + Int64(piece) * width).rfc3339
        }
        return Chart(
            bars: (0..<pieces).map { piece in
                Chart.Bar(
                    since: edge(piece), until: edge(piece + 1), sent: count(.sent, piece),
                    failed: count(.failed, piece), queued: count(.queued, piece))
            }, held: activity?.held ?? 0)
    }
}

extension SendRecord.Recipient {
    /// What to change, where a reply refused this recipient.
    fileprivate var hint: String? {
        guard let reply, outcome == .rejected || outcome == .deferred else { return nil }
        return Diagnosis(
            of: Reply(code: reply.code, enhanced: reply.enhanced, text: reply.text), in: reply.phase
        ).hint
    }
}
