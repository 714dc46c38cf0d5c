import Mail
import Sandbox
import TestPeers

/// Lends a running sandbox with an empty inbox of its own; its clock stands still, at 2023-11-14T22:13:20.123Z.
func withSandbox<Result>(
    maximumSize: Int = Sandbox.maximumSize, slowReply: Duration = .milliseconds(1),
    _ body: (Sandbox, SandboxInbox) async throws -> Result
) async throws -> Result {
    try await withTemporaryFolder { folder in
        let inbox = SandboxInbox(folder: folder + "/data/inbox") {
            Timestamp(milliseconds: 1_700_000_000_123)
        }
        let sandbox = try await Sandbox.start(inbox: inbox, maximumSize: maximumSize, slowReply: slowReply)
        do {
            let result = try await body(sandbox, inbox)
            await sandbox.stop()
            return result
        } catch {
            await sandbox.stop()
            throw error
        }
    }
}
