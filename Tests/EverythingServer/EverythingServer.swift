import Glibc
import MCP

/// A server that has one of everything the engine can do, under the names that the public conformance suite looks for.
@main
struct EverythingServer {
    static func main() async throws {
        // A client that leaves is found out by the write that fails.
        _ = signal(SIGPIPE, SIG_IGN)
        let catalogue = Catalogue.everything(watched: Watched(), seal: .ofThisProcess())
        switch CommandLine.arguments.dropFirst() {
        case []:
            try await StdioServer(catalogue: catalogue, log: say).run()
        case let words where words.count == 2 && words.first == "--http":
            guard let port = words.last.flatMap(UInt16.init) else { leave("That is no port.") }
            try await HTTPMount(catalogue: catalogue, port: Int(port), log: say).run()
        default: leave("usage: EverythingServer [--http PORT]")
        }
    }

    /// Standard output belongs to the protocol.
    @Sendable static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    private static func leave(_ line: String) -> Never {
        say(line)
        exit(64)
    }
}
