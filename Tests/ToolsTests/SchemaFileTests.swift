import JSON
import MCP
import Testing

@testable import Tools

@Suite("The schema files")
struct SchemaFileTests {
    private let tools: [Tool]

    init() throws { tools = try MailTools.all { .failure(.noAccountForTests) } }

    @Test("The three tools, in this order")
    func names() { #expect(tools.map(\.name) == ["send_email", "track_send", "list_sends"]) }

    @Test("Every example keeps its own input schema")
    func examples() throws {
        for tool in tools {
            let schema = try Schema(try #require(tool.definition["inputSchema"]))
            let examples = try #require(tool.definition["_meta"]?["envelope/examples"]?.array)
            #expect(examples.count >= 2)
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

    @Test("All three together stay small: under 8,000 characters, which is under 2,000 tokens")
    func size() {
        let size = tools.map { JSON.object($0.definition).bytes.count }.reduce(0, +)
        #expect(size < 8_000)
    }

    @Test("The enums in the schemas are the code's")
    func enums() throws {
        let list = try #require(tools.last?.definition["inputSchema"]?["properties"])
        #expect(list["state"]?["enum"]?.array?.compactMap(\.string) == Words.states)
        #expect(list["status"]?["enum"]?.array?.compactMap(\.string) == Words.statuses)
        let output = try #require(tools.first?.definition["outputSchema"]?["properties"])
        #expect(
            output["recipients"]?["items"]?["properties"]?["outcome"]?["enum"]?.array?.compactMap(\.string)
                == Words.outcomes)
    }
}
