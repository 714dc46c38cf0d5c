package import Foundation

/// Runs Postfix and Dovecot for as long as the body does (`Peers/mailserver.py`).
///
/// - Parameter body: gets the line of JSON that says where they are. It is empty when they cannot run; the script says on
///   standard error why: they are missing (`make test` installs them), or no root.
package func withMailServer<Result>(
    _ arguments: [String] = [], _ body: (_ facts: Data) async throws -> Result
) async throws -> Result {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    let life = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", tests.appending(path: "Peers/mailserver.py").path] + arguments
    process.standardInput = life
    process.standardOutput = output
    try process.run()
    defer {
        try? life.fileHandleForWriting.close()
        // A program that a failed test left running may hold the other end open.
        process.terminate()
        process.waitUntilExit()
    }
    var line = Data()
    while let octet = try output.fileHandleForReading.read(upToCount: 1), octet != Data([0x0A]) {
        if octet.isEmpty { break }
        line.append(octet)
    }
    return try await body(line)
}
