import JSON
import Synchronization

@testable import MCP

/// What the server under test offers: a little of everything that the engine has, and nothing that waits for long.
enum Offer {
    static let catalogue = Catalogue(
        name: "fuzz", title: "Fuzz", version: "1", instructions: "Break it.", tools: [echo, fail, ask],
        resources: resources, prompts: [prompt], seal: seal)

    static let echo = tool("echo") { call in
        call.progress?(1, 2, "half")
        return .result(ToolResult(structured: ["arguments": .object(call.arguments)]))
    }

    static let fail = tool("fail") { _ in .result(ToolResult(text: "It failed.", isError: true)) }

    /// Approved only by somebody who was asked.
    static let ask = tool("ask") { call in
        if call.answers.isEmpty {
            let form = InputRequest.form(message: "May I?", schema: ["type": "object", "properties": [:]])
            return .ask(Questions([("ok", form)], state: ["asked": .object(call.arguments)]))
        }
        let approved =
            call.answers["ok"]?["action"] == "accept" && call.state?["asked"] == .object(call.arguments)
        return .result(ToolResult(structured: ["approved": .bool(approved)]))
    }

    private static func tool(
        _ name: String, _ run: @escaping @Sendable (ToolCall) async -> ToolOutcome
    ) -> Tool {
        Tool(
            definition: [
                "name": .string(name), "title": "A tool", "description": "Gives its arguments back.",
                "inputSchema": ["type": "object", "properties": [:]], "annotations": ["readOnlyHint": true],
            ], asking: run)
    }

    private static let root = "fuzz://things/"

    private static let resources = Resources(
        templates: [["uriTemplate": .string(root + "{id}"), "name": "thing"]],
        list: { cursor async throws(ProtocolError) in
            switch cursor {
            case nil: ([["uri": .string(root + "1"), "name": "one"]], "2")
            case "2": ([["uri": .string(root + "2"), "name": "two"]], nil)
            default: throw .invalidParams("`cursor` is unknown.")
            }
        },
        read: { uri async throws(ProtocolError) in
            uri.hasPrefix(root) ? [["uri": .string(uri), "mimeType": "text/plain", "text": "a thing"]] : nil
        },
        complete: { _, _, value, _ in Completion(values: (0..<200).map { "\(value.prefix(9))\($0)" }) },
        changes: { uri in
            if !uri.hasPrefix(root) { return nil }
            return AsyncStream { changes in changes.yield() }
        })

    private static let prompt = Prompt(
        definition: ["name": "draft", "arguments": [["name": "to", "required": true]]],
        complete: { _, value, _ in Completion(values: [String(value.prefix(9))]) },
        get: { call async throws(ProtocolError) in
            let text = JSON.string(call.arguments["to"] ?? "")
            return .messages(
                [["role": "user", "content": ["type": "text", "text": text]]], description: nil)
        })

    /// Not a code for the world outside, but enough that mutations do not guess it.
    private static let seal = StateSeal(
        now: { 1_000_000 }, random: { count.wrappingAdd(1, ordering: .relaxed).newValue },
        sign: { bytes in
            let sum = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            var code = SeededGenerator(seed: sum)
            return (0..<16).map { _ in UInt8(truncatingIfNeeded: code.next() >> 32) }
        })
    private static let count = Atomic<UInt64>(0)
}
