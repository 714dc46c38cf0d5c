/// Messages that a client might send, right and wrong ones, as bytes of one line.
struct MessageGrammar {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: ~seed)
    }

    mutating func line() -> [UInt8] {
        if random.below(8) > 0 { return Array(message().utf8) }
        let count = random.below(6)
        return Array("[\((0..<count).map { _ in message() }.joined(separator: ","))]".utf8)
    }

    /// Few, so that they meet again: an id that is in use, a cancelling of it.
    private static let ids = ["1", "2", "3", "\"1\"", "\"a\"", "\"first\"", "0", "-1", "9007199254740993"]
    private static let oddIds = [
        "null", "1.5", "1.0", "true", "[]", "{}", "\"\"", "1e2", "9223372036854775808", "\"\\u0000\"",
    ]
    private static let methods = [
        "initialize", "ping", "tools/list", "tools/call", "tools/call", "tools/call", "server/discover",
        "resources/list", "resources/templates/list", "resources/read", "resources/subscribe",
        "resources/unsubscribe", "subscriptions/listen", "prompts/list", "prompts/get", "completion/complete",
        "logging/setLevel", "notifications/cancelled", "notifications/initialized", "notifications/progress",
        "notifications/initialized",
        "elicitation/create", "tasks/get", "",
    ]
    private static let versions = [
        "2024-11-05", "2025-03-26", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28", "2026-07-28",
        "1999-01-01",
    ]
    private static let values = [
        "null", "1", "-0.0", "1e99", "\"x\"", "\"\"", "[]", "{}", "true", "[1,[2,{\"a\":null}]]",
        "{\"a\":\"\\ud83d\\ude00\"}",
    ]

    private static let arguments = [
        "{}", "{\"to\":\"x\"}", "{\"to\":\"y\"}", "null", "{\"a\":[1,1.0]}", "[]",
    ]

    private mutating func message() -> String {
        switch random.below(12) {
        case 0:
            return #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id())}}"#
        case 1: return #"{"jsonrpc":"2.0","method":"\#(random.pick(Self.methods))","params":\#(params(""))}"#
        case 2: return #"{"jsonrpc":"2.0","id":\#(id()),"result":\#(random.pick(Self.values))}"#
        case 3: return random.pick(Self.values)
        default:
            let method = random.pick(Self.methods)
            let version = random.below(30) == 0 ? "1.0" : "2.0"
            return
                #"{"jsonrpc":"\#(version)","id":\#(id()),"method":"\#(method)","params":\#(params(method))}"#
        }
    }

    private mutating func id() -> String { random.pick(random.below(10) == 0 ? Self.oddIds : Self.ids) }

    private mutating func params(_ method: String) -> String {
        if random.below(12) == 0 { return random.pick(Self.values) }
        var members: [String] = []
        if method == "initialize" {
            members.append(
                #""protocolVersion":"\#(random.pick(Self.versions))","capabilities":{"elicitation":{}}"#)
        }
        if method == "tools/call" || method == "prompts/get" {
            members.append(
                #""name":\#(random.pick(["\"echo\"", "\"fail\"", "\"ask\"", "\"ask\"", "\"draft\"", "\"none\"", "1"]))"#
            )
            if random.below(2) == 0 { members.append(#""arguments":\#(random.pick(Self.values))"#) }
        }
        if method.hasPrefix("resources/") { members.append(#""uri":"fuzz://things/\#(random.below(3))""#) }
        if method.hasPrefix("subscriptions/") {
            members.append(#""notifications":{"resourceSubscriptions":["fuzz://things/1"]}"#)
        }
        if method == "completion/complete" {
            members.append(
                #""ref":{"type":"ref/resource","uri":"fuzz://things/{id}"},"argument":{"name":"id","value":"1"}"#
            )
        }
        if random.below(8) == 0 { members.append(#""cursor":\#(random.pick(Self.values))"#) }
        if random.below(2) == 0 { members.append(#""_meta":\#(meta())"#) }
        return "{\(members.joined(separator: ","))}"
    }

    private mutating func meta() -> String {
        let prefix = "io.modelcontextprotocol/"
        var members: [String] = []
        if random.below(4) > 0 {
            let version =
                random.below(8) == 0 ? random.pick(Self.values) : "\"\(random.pick(Self.versions))\""
            members.append("\"\(prefix)protocolVersion\":\(version)")
        }
        if random.below(8) > 0 {
            let capabilities = random.below(8) == 0 ? random.pick(Self.values) : #"{"elicitation":{}}"#
            members.append("\"\(prefix)clientCapabilities\":\(capabilities)")
        }
        if random.below(3) == 0 { members.append("\"progressToken\":\(id())") }
        if random.below(8) == 0 {
            members.append(#""traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01""#)
        }
        return "{\(members.joined(separator: ","))}"
    }
}
