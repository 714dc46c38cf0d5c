import JSON
import MCP
import Testing

@testable import Tools

@Suite("The schema files")
struct SchemaFileTests {
    /// The three that are on by themselves.
    private let usual: [Tool]
    private let tools: [Tool]

    init() throws {
        usual = try MailTools.all { .failure(.noAccountForTests) }
        tools = try MailTools.all(MailTools.names) { .failure(.noAccountForTests) }
    }

    @Test("The three tools, in this order, and all there are")
    func names() {
        #expect(usual.map(\.name) == ["send_email", "track_send", "list_sends"])
        #expect(tools.map(\.name) == usual.map(\.name) + ["cancel_send"])
        #expect(MailTools.names == tools.map(\.name))
        #expect(MailTools.usual == usual.map(\.name))
    }

    @Test(
        "Only the tools that are named are served, in the usual order",
        arguments: [
            (["list_sends", "send_email"], ["send_email", "list_sends"]), (["cancel_send"], ["cancel_send"]),
            (["track_send", "cancel_send", "none"], ["track_send", "cancel_send"]), ([], []),
        ])
    func filtered(names: [String], served: [String]) throws {
        #expect(try MailTools.all(names) { .failure(.noAccountForTests) }.map(\.name) == served)
    }

    @Test("A file is named as its tool and says so in its annotations, too")
    func titles() {
        for tool in tools {
            #expect(tool.definition["title"] != nil)
            #expect(tool.definition["annotations"]?["title"] == tool.definition["title"])
        }
    }

    @Test("Tools that change nothing say so, and no other")
    func readOnly() {
        let readers = tools.filter { $0.definition["annotations"]?["readOnlyHint"] == true }.map(\.name)
        #expect(readers == ["track_send", "list_sends"])
        let destroyers = tools.filter { $0.definition["annotations"]?["destructiveHint"] == true }.map(\.name)
        #expect(destroyers == ["cancel_send"])
    }

    @Test("Every example keeps its own input schema")
    func examples() throws {
        for tool in tools {
            let schema = try Schema(try #require(tool.definition["inputSchema"]))
            let examples = try #require(tool.definition["_meta"]?["envelope/examples"]?.array)
            #expect(examples.count >= (tool.name == "cancel_send" ? 1 : 2))
            for example in examples { #expect(schema.validate(example) == [], "\(tool.name)") }
        }
    }

    @Test("Every example is read by the real decoder")
    func decoded() async throws {
        for tool in tools {
            for example in tool.definition["_meta"]?["envelope/examples"]?.array ?? [] {
                let result = await tool.call(
                    ToolCall(name: tool.name, arguments: try #require(example.object)))
                // Beyond the decoder there is no account: any other code would be the decoder's refusal.
                #expect(result["error", "code"] == "no_account_configured", "\(result.text)")
            }
        }
    }

    @Test("No shape that a known client stumbles over")
    func shapes() throws {
        for tool in tools {
            for key in ["inputSchema", "outputSchema"] {
                let root = try #require(tool.definition[key]?.object)
                #expect(root["type"] == "object")
                #expect(root["properties"]?.object?.isEmpty == false)
                for word in ["anyOf", "oneOf", "allOf", "not", "if", "$schema", "$ref"] {
                    #expect(root[word] == nil)
                }
                try walk(.object(root), at: tool.name)
            }
            #expect(tool.definition["inputSchema"]?["additionalProperties"] == false)
            #expect(tool.definition["annotations"]?["readOnlyHint"] != nil)
        }
    }

    private func walk(_ schema: JSON, at path: String) throws {
        guard let object = schema.object else { return }
        #expect(object["$ref"] == nil, "\(path)")
        if object["type"] == "array" { #expect(object["items"] != nil, "\(path)") }
        #expect(object["type"]?.array == nil, "a nullable union at \(path)")
        for (name, property) in object["properties"]?.object ?? [:] {
            #expect(
                name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") },
                "\(path).\(name)")
            try walk(property, at: path + "." + name)
        }
        if let items = object["items"] { try walk(items, at: path + "[]") }
    }

    // Counted once with a tokenizer: 1,996 at 7,863 characters.
    @Test("The usual three together stay small: under 7,870 characters, which is under 2,000 tokens")
    func size() {
        let size = usual.map { JSON.object($0.definition).bytes.count }.reduce(0, +)
        #expect(size < 7_870)
    }

    @Test("The enums in the schemas are the code's")
    func enums() throws {
        let list = try #require(
            tools.first { $0.name == "list_sends" }?.definition["inputSchema"]?["properties"])
        #expect(list["state"]?["enum"]?.array?.compactMap(\.string) == Words.states)
        #expect(list["status"]?["enum"]?.array?.compactMap(\.string) == Words.statuses)
        let output = try #require(tools.first?.definition["outputSchema"]?["properties"])
        #expect(
            output["recipients"]?["items"]?["properties"]?["outcome"]?["enum"]?.array?.compactMap(\.string)
                == Words.outcomes)
    }
}
