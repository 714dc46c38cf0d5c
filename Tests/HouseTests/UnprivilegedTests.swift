import Glibc
import TestPeers
import Testing

/// The program as an ordinary user runs it.
@Suite("Without privileges")
struct UnprivilegedTests {
    @Test("The sandbox takes mail from a process without any capability")
    func sandbox() async throws {
        try await withTemporaryFolder { folder in
            var command = [
                Program.path, "send", "--sandbox", "--db", folder + "/envelope.db", "--to",
                "delivered@simulator.test", "--subject", "x", "--text", "x",
            ]
            // The superuser may set options of a socket that nobody else may.
            if geteuid() == 0 {
                command = ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"] + command
            }
            let child = try ChildProcess(
                command[0], Array(command.dropFirst()),
                environment: ["PATH": "/usr/bin:/bin", "HOME": folder])
            child.closeInput()
            var output = ""
            for await line in child.lines { output += line + "\n" }
            #expect(await child.ended() == 0, "\(output)\(child.standardError)")
            #expect(output.contains("  sent  accepted"), "\(output)\(child.standardError)")
        }
    }
}
