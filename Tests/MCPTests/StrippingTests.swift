import JSON
import MCP
import Testing

struct StrippingTests {
    @Test(
        "each revision lists a tool without what it does not know",
        arguments: zip(
            Revision.allCases,
            [
                ["name", "description", "inputSchema"],
                ["name", "description", "inputSchema", "annotations"],
                ["name", "title", "description", "inputSchema", "outputSchema", "annotations", "_meta"],
                [
                    "name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons",
                    "execution",
                    "_meta",
                ],
                [
                    "name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons",
                    "_meta",
                ],
            ]))
    func tools(revision: Revision, members: [String]) async throws {
        let list = try #require(try await Self.ask(.init("tools/list"), in: revision)["result"]?.object)
        let tool = try #require(list["tools"]?[0]?.object)
        #expect(tool.names == members)
        #expect(tool["annotations"].map { $0 == ["title": "Echo", "readOnlyHint": true] } ?? true)
        #expect(list["nextCursor"] == nil)
        #expect(
            list.names
                == (revision.isModern ? ["resultType", "tools", "ttlMs", "cacheScope", "_meta"] : ["tools"]))
        #expect(
            list["tools"]?.array?.compactMap { $0["name"]?.string } == ["echo", "fail", "plain", "count"])
    }

    @Test("one server gives each revision its own list, as often as it is asked")
    func listsSideBySide() async throws {
        let lines = (Revision.allCases + Revision.allCases.reversed()).flatMap { revision in
            revision.isModern
                ? [Lines.modern(1, "tools/list")]
                : [Lines.initialize(.string(revision.rawValue)), Lines.request(1, "tools/list")]
        }
        let lists = try await Wire.exchange(lines).filter { $0["id"] == 1 }
        for (list, revision) in zip(lists, Revision.allCases + Revision.allCases.reversed()) {
            #expect(try await list == Self.ask(.init("tools/list"), in: revision), "\(revision)")
        }
        #expect(lists.count == 2 * Revision.allCases.count)
    }

    @Test("structuredContent exists since 2025-06-18", arguments: Revision.allCases)
    func structured(revision: Revision) async throws {
        let answer = try await Self.ask(.init("tools/call", ["name": "echo"]), in: revision)
        #expect((answer["result"]?["structuredContent"] != nil) == (revision >= .june2025))
        #expect((answer["result"]?["resultType"] != nil) == revision.isModern)
        #expect(answer["result"]?["content"]?[0]?["text"] == #"{"arguments":{}}"#)
    }

    @Test("the handshake tells an old client nothing new", arguments: Revision.legacy)
    func handshake(revision: Revision) async throws {
        let answer = try await Wire.exchange([Lines.initialize(.string(revision.rawValue))])
        let result = try #require(answer.first?["result"]?.object)
        #expect(result.names == ["protocolVersion", "capabilities", "serverInfo", "instructions"])
        #expect(result["capabilities"] == ["tools": ["listChanged": false]])
        var names = ["name", "title", "version", "websiteUrl"]
        if revision < .november2025 { names.removeLast() }
        if revision < .june2025 { names.remove(at: 1) }
        #expect(result["serverInfo"]?.object?.names == names)
    }

    @Test(
        "each revision gets of a template, a resource and a prompt what it knows",
        arguments: Revision.allCases)
    func descriptions(revision: Revision) async throws {
        let full = Full.catalogue()
        let templates = try await Self.ask(.init("resources/templates/list"), in: revision, full)
        let template = templates["result"]?["resourceTemplates"]?[0]?.object
        #expect(template?.names == Self.left(Full.template.names, in: revision))
        let dated = template?["annotations"]?["lastModified"] != nil
        #expect(dated == (revision >= .june2025) && template?["annotations"]?["priority"] == 0.5)
        let resources = try await Self.ask(.init("resources/list"), in: revision, full)
        #expect(
            resources["result"]?["resources"]?[0]?.object?.names
                == Self.left(Full.note(1).names, in: revision))
        let prompts = try await Self.ask(.init("prompts/list"), in: revision, full)
        let prompt = prompts["result"]?["prompts"]?[0]?.object
        #expect(prompt?.names == Self.left(Full.greet.definition.names, in: revision))
        #expect((prompt?["arguments"]?[0]?["title"] != nil) == (revision >= .june2025))
        #expect(prompt?["arguments"]?[0]?["required"] == true)
    }

    private static func left(_ names: [String], in revision: Revision) -> [String] {
        names.filter {
            switch $0 {
            case "icons": revision >= .november2025
            case "title", "_meta": revision >= .june2025
            default: true
            }
        }
    }

    @Test("each revision gets the blocks of content that it knows", arguments: Revision.allCases)
    func blocks(revision: Revision) async throws {
        let answer = try await Self.ask(
            .init("tools/call", ["name": "blocks"]), in: revision, Full.catalogue())
        let blocks = answer["result"]?["content"]?.array ?? []
        var kinds = ["text", "image", "audio", "resource", "resource_link"]
        if revision < .june2025 { kinds.removeLast() }
        if revision < .march2025 { kinds.remove(at: 2) }
        #expect(blocks.map { $0["type"]?.string } == kinds)
        let isNew = revision >= .june2025
        #expect((blocks.first?["_meta"] != nil) == isNew)
        #expect((blocks.first?["annotations"]?["lastModified"] != nil) == isNew)
        let embedded = blocks.first { $0["type"] == "resource" }?["resource"]
        #expect((embedded?["_meta"] != nil) == isNew && embedded?["text"] == "hello")
        if isNew { #expect((blocks.last?["icons"] != nil) == (revision >= .november2025)) }
        let prompt = try await Self.ask(
            .init("prompts/get", ["name": "greet", "arguments": ["name": "Ada"]]), in: revision,
            Full.catalogue())
        let said = prompt["result"]?["messages"]?.array?.map { $0["content"]?["type"]?.string }
        #expect(said == kinds.filter { ["text", "audio", "resource_link"].contains($0) })
        let read = try await Self.ask(
            .init("resources/read", ["uri": "note://1"]), in: revision, Full.catalogue())
        #expect((read["result"]?["contents"]?[0]?["_meta"] != nil) == isNew)
    }

    @Test("progress has no message in 2024-11-05")
    func progress() async throws {
        let call = Lines.request(1, "tools/call", ["name": "count", "_meta": ["progressToken": "t"]])
        let answers = try await Wire.exchange([Lines.initialize("2024-11-05"), call])
        try #require(answers.count == 4)
        #expect(answers[1]["params"] == ["progressToken": "t", "progress": 1, "total": 2])
    }

    struct Asked {
        let method: String
        let params: JSON.Object
        init(_ method: String, _ params: JSON.Object = [:]) {
            self.method = method
            self.params = params
        }
    }

    static func ask(_ asked: Asked, in revision: Revision, _ catalogue: Catalogue? = nil) async throws -> JSON
    {
        let lines =
            revision.isModern
            ? [Lines.modern(1, asked.method, asked.params, version: .string(revision.rawValue))]
            : [
                Lines.initialize(.string(revision.rawValue)),
                Lines.request(1, asked.method, .object(asked.params)),
            ]
        return try #require(try await Wire.exchange(lines, catalogue: catalogue).last)
    }
}
