import Foundation
import JSON
import TestPeers
import Testing

/// What the README shows is what the program does.
@Suite("The README")
struct ReadmeTests {
    /// A text between two fences.
    struct Block {
        let language: Substring
        let text: String
    }

    /// A tool call as it is shown: the arguments, an arrow, and the result with … where something is left out.
    struct Example {
        let tool: String
        let arguments: JSON
        let result: Substring
    }

    static func file(_ name: String) throws -> String {
        try String(contentsOfFile: Program.repository + "/" + name, encoding: .utf8)
    }

    static func blocks() throws -> [Block] {
        // Text and blocks take turns.
        let parts = try file("README.md").split(separator: "```", omittingEmptySubsequences: false)
        #expect(parts.count % 2 == 1, "a fence is not closed")
        return parts.enumerated().filter { $0.offset % 2 == 1 }.map { _, part in
            let end = part.firstIndex(of: "\n") ?? part.endIndex
            return Block(language: part[..<end], text: String(part[end...]))
        }
    }

    /// The example stands below the line that begins with the tool's name in bold.
    static func example(of tool: String) throws -> Example {
        let text = try file("README.md")
        let name = try #require(text.range(of: "\n**\(tool)**"), "\(tool) is not described")
        let rest = text[name.upperBound...].split(separator: "```", maxSplits: 2)
        let sides = try #require(rest.dropFirst().first, "\(tool) has no example").split(separator: "→")
        try #require(sides.count == 2, "the example of \(tool) needs one arrow")
        return Example(tool: tool, arguments: try JSON(parsing: Array(sides[0].utf8)), result: sides[1])
    }

    @Test("Settings for a host are JSON, and name a server that is started with flags and variables")
    func settings() throws {
        let blocks = try Self.blocks().filter { $0.language == "json" }
        #expect(blocks.count >= 2)
        for block in blocks {
            let object = try JSON(parsing: Array("{\(block.text)}".utf8))
            #expect(object["envelope"]?["command"]?.string != nil, "\(block.text)")
        }
    }

    @Test("The tool calls shown run in the sandbox and end as shown")
    func examples() async throws {
        let send = try Self.example(of: "send_email")
        let track = try Self.example(of: "track_send")
        let list = try Self.example(of: "list_sends")
        try await withTemporaryFolder { folder in
            let program = try Program(["--sandbox", "--db", folder + "/envelope.db"])
            try await program.initialize()

            let sent = try await program.call(send.tool, send.arguments)
            expect(sent, isAsIn: send, ["status", "state"])
            // Shown as it is outside the sandbox.
            let nextStep = (sent["next_step"]?.string ?? "(absent)")
                .replacingOccurrences(of: "Sandbox: nothing left this machine. ", with: "")
            #expect(send.result.contains("\"next_step\": \"\(nextStep)\""))
            expect(sent["recipients"]?[0], isAsIn: send, ["address", "kind", "outcome"])
            expect(sent["recipients"]?[0]?["reply"], isAsIn: send, ["code", "enhanced", "phase"])

            var arguments = try #require(track.arguments.object)
            let key = try #require(["message_id", "id"].first { arguments[$0] != nil })
            arguments[key] = sent[key]
            let tracked = try await program.call(track.tool, .object(arguments))
            expect(tracked, isAsIn: track, ["status", "attempts"])
            expect(tracked["attempt_log"]?[0], isAsIn: track, ["number", "phase"])

            let refused = try await program.call(
                "send_email", ["to": ["rejected@simulator.test"], "subject": "x", "text": "x"])
            let listed = try await program.call(list.tool, list.arguments)
            #expect(listed["sends"]?.array?.map { $0["id"] } == [refused["id"]])
            expect(listed["sends"]?[0], isAsIn: list, ["status"])
            expect(listed["sends"]?[0]?["error"], isAsIn: list, ["code"])
            let page = try await program.call("list_sends", ["limit": 1])
            #expect(page["next_cursor"] != nil)
            #expect(list.result.contains("\"next_cursor\":"))
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }

    /// Each member of the result stands in the example with the same value.
    private func expect(_ result: JSON?, isAsIn example: Example, _ members: [String]) {
        for member in members {
            let value = result?[member]?.text ?? "(absent)"
            #expect(
                example.result.contains("\"\(member)\": \(value)"),
                "\(example.tool) gives \(member) \(value), and the README shows something else")
        }
    }

    @Test("Every flag and every variable named is one that the program knows")
    func names() async throws {
        let readme = try Self.file("README.md")
        var known = ""
        for command in [
            [], ["serve"], ["list"], ["track"], ["sandbox"], ["schema"], ["cancel"], ["retry"], ["drain"],
            ["prune"], ["send"], ["config"],
        ] {
            known += try await Program.run(command + ["--help"]).output
        }
        let flags = Set(readme.matches(of: /[\s`\[("](--[a-z][a-z-]+)/).map { String($0.output.1) })
        #expect(flags.count > 10)
        for flag in flags.sorted() {
            #expect(known.matches(of: /--[a-z][a-z-]+/).contains { $0.output == flag }, "\(flag)")
        }
        for variable in Set(readme.matches(of: /ENVELOPE_[A-Z_]+/).map { String($0.output) }).sorted() {
            #expect(try Self.isRead(variable, besides: known), "\(variable)")
        }
    }

    /// True when a help text names it, or the sources read its key: `smtp.ca.file` for ENVELOPE_SMTP_CA_FILE.
    private static func isRead(_ variable: String, besides known: String) throws -> Bool {
        if known.matches(of: /ENVELOPE_[A-Z_]+/).contains(where: { $0.output == variable }) { return true }
        let key = variable.dropFirst("ENVELOPE_".count).lowercased().replacingOccurrences(of: "_", with: ".")
        let folder = Program.repository + "/Sources/envelope"
        return try FileManager.default.subpathsOfDirectory(atPath: folder).contains { name in
            guard name.hasSuffix(".swift") else { return false }
            let source = try file("Sources/envelope/" + name)
            return source.contains("\"\(variable)\"") || source.contains("\"\(key)\"")
        }
    }

    @Test("It stays short", arguments: [("README.md", 150), ("CONTRIBUTING.md", 80)])
    func length(name: String, limit: Int) throws {
        let lines = try Self.file(name).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count - 1 <= limit, "\(name)")
    }
}
