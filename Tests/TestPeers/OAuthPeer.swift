import Foundation

/// A small OAuth 2.0 server on loopback (`Tests/Peers/oauth_server.py`, which tells what it can do); lent by
/// `withOAuthPeer`.
package struct OAuthPeer: Sendable {
    package let port: Int
    private let folder: URL

    /// What it tells of itself.
    package struct State: Decodable, Sendable {
        /// How often each grant worked.
        package let granted: [String: Int]
        /// The errors that were answered, in order.
        package let refused: [String]
        /// How often a used-up refresh token was shown.
        package let reused: Int
        package let introspected: Int
        /// Answers that were held back once the work was done.
        package let held: Int
        /// Every token, code and verifier that went in or out.
        package let secrets: [String]
        /// Posts, to all endpoints.
        package let requests: Int
        /// Of the latest access token.
        package let number: Int
    }

    package static let user = "agent@example.test"
    package static let clientSecret = "planted-client-secret-5f1c"

    package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    package var state: State {
        get throws {
            try JSONDecoder().decode(
                State.self, from: try Data(contentsOf: folder.appending(path: "state.json")))
        }
    }

    /// From now on it behaves so.
    ///
    /// - Parameter settings: the whole of its `config.json`.
    package func behave(_ settings: String) throws {
        let next = folder.appending(path: "config.next")
        try Data(settings.utf8).write(to: next)
        guard rename(next.path, folder.appending(path: "config.json").path) == 0 else {
            throw PeerError("the settings cannot be set")
        }
    }

    /// Goes to a page as a browser does, redirects and all.
    ///
    /// - Returns: the status and text of the last page.
    package func browse(_ url: String) async throws -> (status: Int, text: String) {
        let script = """
            import sys, urllib.request, urllib.error
            try: page = urllib.request.urlopen(sys.argv[1], timeout=60)
            except urllib.error.HTTPError as error: page = error
            print(page.status)
            print(page.read().decode())
            """
        let browser = Process()
        browser.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        browser.arguments = ["python3", "-c", script, url]
        let output = Pipe()
        browser.standardOutput = output
        let (ended, endedSaid) = AsyncStream.makeStream(of: Void.self)
        browser.terminationHandler = { _ in endedSaid.finish() }
        try browser.run()
        for await _ in ended {}
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let lines = text.split(separator: "\n", maxSplits: 1)
        guard let status = lines.first.flatMap({ Int($0) }) else {
            throw PeerError("the browser saw nothing")
        }
        return (status, lines.count > 1 ? String(lines[1]) : "")
    }

    fileprivate init(port: Int, folder: URL) {
        self.port = port
        self.folder = folder
    }
}

/// Lends an OAuth server.
package func withOAuthPeer<Result>(_ body: (OAuthPeer) async throws -> Result) async throws -> Result {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Peers/oauth_server.py").path
    let folder = FileManager.default.temporaryDirectory.appending(path: "oauth-peer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await withPythonPeer(
        "import runpy, sys; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')",
        [script, folder.path]
    ) { port in
        try await body(OAuthPeer(port: port, folder: folder))
    }
}
