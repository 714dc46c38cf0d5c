import JSON
import Synchronization

@testable import MCP

/// A catalogue with everything that a server can offer.
enum Full {
    static func catalogue(
        bell: Bell? = Bell(), seal: StateSeal? = seal(), logging: Bool = false,
        tools: [Tool] = Tools.all + asking
    ) -> Catalogue {
        Catalogue(
            name: "full", title: "Full", version: "1.2.3", tools: tools, resources: resources(bell),
            prompts: [greet, interview], seal: seal, loggingEnabled: logging)
    }

    /// Codes that are good enough for a test; nobody here attacks them.
    static func seal(
        key: UInt64 = 1, now: @escaping @Sendable () -> Int64 = { 1_800_000_000 }
    ) -> StateSeal {
        let count = Atomic<UInt64>(0)
        return StateSeal(
            now: now, random: { count.add(1, ordering: .relaxed).newValue },
            sign: { bytes in
                (0..<4).flatMap { (lane: UInt64) -> [UInt8] in
                    var sum = 0xcbf2_9ce4_8422_2325 &+ key &* 31 &+ lane
                    for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
                    return (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
                }
            })
    }

    // MARK: - Resources

    static let template: JSON.Object = [
        "uriTemplate": "note://{id}", "name": "note", "title": "Note", "description": "A note.",
        "mimeType": "text/plain", "icons": [["src": "https://example.com/note.png"]],
        "annotations": ["priority": 0.5, "lastModified": "2026-01-01T00:00:00Z"],
        "_meta": ["example.com/x": 1],
    ]

    static func note(_ id: Int) -> JSON.Object {
        [
            "uri": .string("note://\(id)"), "name": .string("note \(id)"), "title": "Note",
            "mimeType": "text/plain", "size": 5, "icons": [["src": "https://example.com/note.png"]],
        ]
    }

    /// Notes 1 and 2, and on a second page, whose cursor is empty, note 3.
    static func resources(_ bell: Bell?) -> Resources {
        Resources(
            templates: [template],
            list: { cursor throws(ProtocolError) in
                switch cursor {
                case nil: return ([note(1), note(2)], "")
                case "": return ([note(3)], nil)
                default: throw .invalidParams("`cursor` is not one that this server gave out.")
                }
            },
            read: { uri throws(ProtocolError) in
                switch uri {
                case "note://1":
                    return [
                        ["uri": "note://1", "mimeType": "text/plain", "text": "hello", "_meta": ["x.y/z": 1]]
                    ]
                case "note://2": return [["uri": "note://2", "blob": "AAEC"]]
                case "note://empty": return []
                case "note://broken": throw .internal("The shelf is broken.")
                default: return nil
                }
            },
            complete: { template, argument, value, context in
                let all = (1...150).map { "\(template) \(argument) \(context["shelf"] ?? "") \($0)" }
                return Completion(values: value == "all" ? all : [value + "1", value + "2"], total: 150)
            },
            changes: bell?.changes, listTTL: 0, readTTL: 500)
    }

    // MARK: - Prompts

    static let greet = Prompt(
        definition: [
            "name": "greet", "title": "Greet", "description": "Greets somebody.",
            "arguments": [
                ["name": "name", "title": "Name", "description": "Whom.", "required": true],
                ["name": "tone", "description": "How."],
            ], "icons": [["src": "https://example.com/greet.png"]], "_meta": ["example.com/x": 1],
        ],
        complete: { argument, value, _ in Completion(values: [argument + value], hasMore: false) }
    ) { call in
        let said = "Hello, \(call.arguments["name"] ?? "")\(call.arguments["tone"] ?? ".")"
        return .messages(
            [
                ["role": "user", "content": ["type": "text", "text": .string(said)]],
                ["role": "assistant", "content": audio],
                ["role": "user", "content": link],
            ], description: "A greeting.")
    }

    static let interview = Prompt(definition: ["name": "interview"]) { call in
        guard let answer = call.answers["name"] else {
            return .ask(Questions([("name", form)], state: "asked"))
        }
        return .messages(
            [
                [
                    "role": "user",
                    "content": [
                        "type": "text", "text": .string("\(JSON.object(answer)) \(call.state ?? .null)"),
                    ],
                ]
            ], description: nil)
    }

    static let audio: JSON = ["type": "audio", "data": "AAEC", "mimeType": "audio/wav"]
    static let link: JSON = [
        "type": "resource_link", "uri": "note://1", "name": "note 1", "title": "Note",
        "icons": [["src": "https://example.com/note.png"]],
    ]
    static let form = InputRequest.form(
        message: "What is your name?",
        schema: ["type": "object", "properties": ["name": ["type": "string"]], "required": ["name"]])
}
