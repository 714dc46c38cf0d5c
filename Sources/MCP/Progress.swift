import JSON
import Synchronization

/// The progress of one call, which must grow with each notification; what does not grow is left out.
final class Progress: Sendable {
    private let token: JSON
    private let revision: Revision
    private let notify: Notice.Carrier
    private let last = Mutex(-Double.infinity)

    init(token: JSON, revision: Revision, notify: @escaping Notice.Carrier) {
        self.token = token
        self.revision = revision
        self.notify = notify
    }

    @Sendable func report(_ progress: Double, of total: Double?, message: String?) {
        let grows = last.withLock { last in
            if progress <= last || !progress.isFinite { return false }
            last = progress
            return true
        }
        if !grows { return }
        var params: JSON.Object = ["progressToken": token, "progress": .number(progress)]
        if let total, total.isFinite { params["total"] = .number(total) }
        if revision >= .march2025, let message { params["message"] = .string(message) }
        _ = notify(Notice("notifications/progress", params, .mayBeDropped))
    }
}
