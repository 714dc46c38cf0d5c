import Foundation
import Testing

/// SwiftPM compiles an undeclared transitive import; this holds the walls instead.
@Suite("Walls")
struct WallsTests {
    /// What each room may import: other rooms, then third parties. The system's libraries are free.
    static let table: [String: Set<String>] = [
        "Curl": ["CCurl"],
        "Mail": ["CMark", "CIDN2"],
        "JSON": [],
        "Store": ["Mail", "GRDB", "GRDBSQLite"],
        "SMTP": ["Mail", "Curl"],
        "IMAP": ["Mail", "Curl"],
        "OAuth": ["Mail", "JSON", "Curl"],
        "Discovery": ["Mail", "Curl", "CResolv"],
        "Sandbox": ["Mail", "NIOCore", "NIOPosix"],
        "Sending": ["Mail", "Store", "Crypto", "Logging"],
        "MCP": ["JSON"],
        "Tools": ["Mail", "Store", "Sending", "MCP", "JSON"],
        "HTTP": [
            "Tools", "MCP", "JSON", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTP1",
            "NIOPosix", "ServiceLifecycle",
        ],
        "envelope": [
            "CMalloc", "Curl", "Mail", "JSON", "Store", "SMTP", "IMAP", "OAuth", "Discovery", "Sandbox",
            "Sending", "MCP",
            "Tools", "HTTP", "ArgumentParser", "Configuration", "Logging", "ServiceLifecycle",
            "SystemPackage", "UnixSignals",
        ],
    ]
    static let system: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Synchronization", "Dispatch",
    ]
    static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    @Test("Every room is in the table, and nothing else is")
    func rooms() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
        #expect(
            Set(folders) == Set(Self.table.keys).union(["CCurl", "CMark", "CIDN2", "CMalloc", "CResolv"]))
    }

    @Test("A room imports only what stands below it", arguments: table.keys.sorted())
    func imports(room: String) throws {
        let allowed = Self.table[room, default: []].union(Self.system)
        var found = 0
        for file in try Self.files(of: room) {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                guard let module = Self.importedModule(line) else { continue }
                found += 1
                #expect(allowed.contains(module), "\(file.lastPathComponent) imports \(module)")
            }
        }
        #expect(found > 0 || Self.table[room]?.isEmpty == true)
    }

    @Test("Files are small enough to be read in one go", arguments: table.keys.sorted())
    func sizes(room: String) throws {
        for file in try Self.files(of: room) {
            let lines = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 251, "\(file.lastPathComponent)")
        }
    }

    @Test("At most two types in the whole house are sendable on their word")
    func unchecked() throws {
        let promise = ["@unchecked", "Sendable"].joined(separator: " ")
        var count = 0
        for room in Self.table.keys {
            for file in try Self.files(of: room) {
                let text = try String(contentsOf: file, encoding: .utf8)
                count += text.components(separatedBy: promise).count - 1
            }
        }
        #expect(count <= 2)
    }

    private static func files(of room: String) throws -> [URL] {
        let folder = sources.appending(path: room)
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") }.map { folder.appending(path: $0) }
    }

    /// The module of `package import Mail`, `@testable import Store`, `import struct Foundation.Data`.
    private static func importedModule(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"),
            words[..<place].allSatisfy({
                $0.hasPrefix("@") || ["package", "public", "internal", "private"].contains($0)
            })
        else { return nil }
        return words.last?.split(separator: ".").first.map(String.init)
    }
}
