import Foundation

/// Runs a Python script that prints its port, lends the port, and ends the script.
///
/// The script must end at the end of its standard input, which also comes when this process is killed. SIGTERM would
/// not do: a child of a pool thread inherits that thread's mask, in which every signal is blocked.
func withPythonPeer<Result>(
    _ script: String, _ arguments: [String], _ body: (Int) async throws -> Result
) async throws -> Result {
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    server.arguments = ["python3", "-c", script] + arguments
    let output = Pipe()
    let life = Pipe()
    server.standardOutput = output
    server.standardInput = life
    let (ended, endedSaid) = AsyncStream.makeStream(of: Void.self)
    server.terminationHandler = { _ in endedSaid.finish() }
    let (lines, linesSaid) = AsyncStream.makeStream(of: String.self)
    output.fileHandleForReading.readabilityHandler = { handle in
        linesSaid.yield(String(decoding: handle.availableData, as: UTF8.self))
        linesSaid.finish()
        handle.readabilityHandler = nil
    }
    try server.run()
    var result: Swift.Result<Result, any Error> = .failure(PeerError("the peer named no port"))
    for await line in lines {
        guard let port = Int(line.filter(\.isNumber)) else { break }
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
    }
    try? life.fileHandleForWriting.close()
    for await _ in ended {}
    return try result.get()
}
