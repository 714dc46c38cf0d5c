import Foundation
import Testing

/// The proof of "never lost, never doubled", in the size that fits every run; `make crash-matrix` runs all of it.
///
/// The scripts speak to the built program from outside and count at an SMTP server of their own.
@Suite("Killed, stopped and starved: nothing is lost and nothing is doubled")
struct CrashTests {
    @Test("Killed at a named moment: what the next process makes of it is what the theory says")
    func matrix() async throws { try await run("matrix.py", ["--small"]) }

    @Test("Killed at random moments, under load, four processes on one record")
    func storm() async throws { try await run("storm.py", ["--kills", "16", "--messages", "2000"]) }

    @Test(
        "Trouble of a real machine: everything is there once when it is over",
        arguments: [
            "read_only_user", "full_disk", "busy_server", "stopped_before_gate", "stopped_behind_gate",
        ])
    func trouble(name: String) async throws { try await run("trouble.py", ["--small", name]) }

    private func run(_ script: String, _ arguments: [String]) async throws {
        let child = try ChildProcess(
            "/usr/bin/env",
            ["python3", Program.repository + "/Tests/Crash/" + script, Program.path] + arguments,
            environment: ProcessInfo.processInfo.environment)
        child.closeInput()
        var output = ""
        for await line in child.lines { output += line + "\n" }
        let status = await child.ended()
        #expect(status == 0, "\(output)\n\(child.standardError)")
    }
}
