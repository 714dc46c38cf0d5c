import Foundation
import Mail
import Sandbox

/// Lends a running sandbox with an empty inbox of its own; its clock stands still, at 2023-11-14T22:13:20.123Z.
func withSandbox<Result>(
    maximumSize: Int = Sandbox.maximumSize, slowReply: Duration = .milliseconds(1),
    _ body: (Sandbox, SandboxInbox) async throws -> Result
) async throws -> Result {
    try await withFolder { folder in
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

/// Lends an empty folder and removes it afterwards.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/envelope-sandbox-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Client.Fault(what: "mkdtemp", errno: errno) }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}
