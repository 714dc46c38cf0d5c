import JSON
import MCP
import Testing

/// The rules of one modern POST, each as a request and its reply.
struct ModernRuleTests {
    /// One POST, from a client without a session, and what must come back.
    struct Rule: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        let fields: HTTPFields
        let status: Int
        /// Nil for a reply without a message.
        let answer: JSON?

        /// - Parameters:
        ///   - without: the standard fields that are left out.
        ///   - with: further fields.
        init(
            _ name: String, _ body: String, without: [String] = [], with: HTTPFields = [:], _ status: Int,
            _ answer: JSON?
        ) {
            testDescription = name
            self.body = body
            let standard = Peer().fields(for: body).lines.filter { !without.contains($0.name) }
            fields = HTTPFields(standard + with.lines)
            self.status = status
            self.answer = answer
        }
    }

    static let echo = Lines.modern(1, "tools/call", ["name": "echo"])
    static let read = Lines.modern(1, "resources/read", ["uri": "test://things/1"])

    static let door = [
        Rule("a body must say that it is JSON", echo, without: ["Content-Type"], 415, nil),
        Rule(
            "a form is no JSON", echo, without: ["Content-Type"], with: ["Content-Type": "text/plain"], 415,
            nil),
        Rule(
            "JSON may say that it is UTF-8", echo, without: ["Content-Type"],
            with: ["content-type": "Application/JSON; charset=\"UTF-8\""], 200, .result([:], id: 1)),
        Rule(
            "JSON may not be in another encoding", echo, without: ["Content-Type"],
            with: ["Content-Type": "application/json; charset=latin1"], 415, nil),
        Rule(
            "two content types are none", echo, with: ["Content-Type": "application/json"], 415, nil),
        Rule(
            "a client that takes neither kind of answer gets none", echo, without: ["Accept"],
            with: ["Accept": "text/html"], 406, nil),
        Rule(
            "a client that says nothing takes everything", echo, without: ["Accept"], 200, .result([:], id: 1)
        ),
        Rule(
            "a client that takes everything gets JSON", echo, without: ["Accept"], with: ["Accept": "*/*"],
            200,
            .result([:], id: 1)),
        Rule(
            "a subscription needs a stream", Lines.modern(1, "subscriptions/listen", ["notifications": [:]]),
            without: ["Accept"], with: ["Accept": "application/json"], 406, nil),
    ]

    static let messages = [
        Rule("what is no JSON is a parse error", "{", 400, .error(-32700, id: nil)),
        Rule("what is no UTF-8 or empty is a parse error", "", 400, .error(-32700, id: nil)),
        Rule("a body is one message, no batch", "[\(echo)]", 400, .error(-32600, id: nil)),
        Rule("a number is no message", "1", 400, .error(-32600, id: nil)),
        Rule(
            "null and fractions are no ids", Lines.modern(nil, "tools/list"), 400, .error(-32600, id: nil)),
        Rule("a fraction is no id", Lines.modern(1.5, "tools/list"), 400, .error(-32600, id: nil)),
        Rule(
            "a response answers nothing that a modern server asked", #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            with: ["MCP-Protocol-Version": "2026-07-28", "Mcp-Session-Id": "s"], 400, .error(-32600, id: nil)),
        Rule(
            "a notification is taken and means nothing",
            Lines.notification("notifications/cancelled", ["requestId": 1]),
            with: ["MCP-Protocol-Version": "2026-07-28"], 202, nil),
        Rule(
            "an enveloped notification is taken without any field",
            Lines.notification(
                "notifications/cancelled",
                ["_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28"]]),
            without: ["MCP-Protocol-Version", "Mcp-Method"], 202, nil),
        Rule("an id keeps its type", Lines.modern("1", "tools/list"), 200, .result([:], id: "1")),
        Rule("0 is an id", Lines.modern(0, "tools/list"), 200, .result([:], id: 0)),
    ]

    static let mirrored = [
        Rule(
            "the version must be mirrored", echo, without: ["MCP-Protocol-Version"], 400,
            .error(-32020, id: 1)),
        Rule(
            "the version must be mirrored once", echo, with: ["mcp-protocol-version": "2026-07-28"], 400,
            .error(-32020, id: 1)),
        Rule(
            "the mirrored version must be that of the body", echo, without: ["MCP-Protocol-Version"],
            with: ["MCP-Protocol-Version": "2025-11-25"], 400, .error(-32020, id: 1)),
        Rule("the method must be mirrored", echo, without: ["Mcp-Method"], 400, .error(-32020, id: 1)),
        Rule(
            "the method must be mirrored once", echo, with: ["Mcp-Method": "tools/call"], 400,
            .error(-32020, id: 1)),
        Rule(
            "the mirrored method must be that of the body", echo, without: ["Mcp-Method"],
            with: ["Mcp-Method": "tools/list"], 400, .error(-32020, id: 1)),
        Rule(
            "values have their case", echo, without: ["Mcp-Method"], with: ["Mcp-Method": "Tools/Call"], 400,
            .error(-32020, id: 1)),
        Rule(
            "names of fields have none, and white space around values is nothing", echo,
            without: ["Mcp-Method"],
            with: ["MCP-METHOD": "\t tools/call "], 200, .result([:], id: 1)),
        Rule("the name of a tool must be mirrored", echo, without: ["Mcp-Name"], 400, .error(-32020, id: 1)),
        Rule("the name must be mirrored once", echo, with: ["mcp-name": "echo"], 400, .error(-32020, id: 1)),
        Rule(
            "the mirrored name must be that of the body", echo, without: ["Mcp-Name"],
            with: ["Mcp-Name": "fail"], 400,
            .error(-32020, id: 1)),
        Rule(
            "the mirrored name may be encoded", echo, without: ["Mcp-Name"],
            with: ["Mcp-Name": "=?base64?ZWNobw==?="], 200, .result([:], id: 1)),
        Rule(
            "an encoded name must be encoded well", echo, without: ["Mcp-Name"],
            with: ["Mcp-Name": "=?base64?ZWNobw?="], 400, .error(-32020, id: 1)),
        Rule("a URI must be mirrored", read, without: ["Mcp-Name"], 400, .error(-32020, id: 1)),
        Rule("a mirrored URI is compared", read, 200, .result(["contents": [[:]]], id: 1)),
        Rule(
            "the name of a prompt must be mirrored", Lines.modern(1, "prompts/get", ["name": "x"]),
            without: ["Mcp-Name"], 400, .error(-32020, id: 1)),
        Rule(
            "the id of a task must be mirrored", Lines.modern(1, "tasks/get", ["taskId": "x"]),
            without: ["Mcp-Name"],
            400, .error(-32020, id: 1)),
        Rule(
            "where nothing is named, nothing need be mirrored", Lines.modern(1, "tools/call"), 200,
            .error(-32602, id: 1)),
        Rule(
            "a name above a body without one differs from it", Lines.modern(1, "tools/call"),
            with: ["Mcp-Name": "echo"],
            400, .error(-32020, id: 1)),
        Rule(
            "a name above a method that has none is nothing", Lines.modern(1, "tools/list"),
            with: ["Mcp-Name": "x"],
            200, .result([:], id: 1)),
    ]

    static let order = [
        Rule(
            "what _meta lacks comes before what is mirrored", Lines.modern(1, "none", capabilities: nil),
            without: ["Mcp-Method"], 400, .error(-32602, id: 1)),
        Rule(
            "what is mirrored comes before the version", Lines.modern(1, "none", version: "1999-01-01"),
            without: ["Mcp-Method"], 400, .error(-32020, id: 1)),
        Rule(
            "the version comes before the method", Lines.modern(1, "none", version: "1999-01-01"), 400,
            [
                "id": 1,
                "error": ["code": -32022, "data": ["supported": ["2026-07-28"], "requested": "1999-01-01"]],
            ]),
        Rule(
            "a legacy version in an envelope is not served",
            Lines.modern(1, "tools/list", version: "2025-11-25"), 400,
            .error(-32022, id: 1)),
        Rule(
            "a method that does not exist is not found", Lines.modern(1, "none"), 404, .error(-32601, id: 1)),
        Rule(
            "an enveloped initialize or ping does not exist", Lines.modern(1, "initialize"), 404,
            .error(-32601, id: 1)),
        Rule("an enveloped ping does not exist", Lines.modern(1, "ping"), 404, .error(-32601, id: 1)),
        Rule(
            "an unknown tool is no matter of HTTP", Lines.modern(1, "tools/call", ["name": "none"]), 200,
            .error(-32602, id: 1)),
        Rule(
            "an unknown resource is no matter of HTTP",
            Lines.modern(1, "resources/read", ["uri": "test://none"]), 200,
            ["id": 1, "error": ["code": -32602, "data": ["uri": "test://none"]]]),
        Rule(
            "a capability that a tool must have is named",
            Lines.modern(1, "tools/call", ["name": "demanding"]), 400,
            ["id": 1, "error": ["code": -32021, "data": ["requiredCapabilities": ["sampling": [:]]]]]),
        Rule(
            "a tool's own failure is a result", Lines.modern(1, "tools/call", ["name": "fail"]), 200,
            .result(["isError": true, "resultType": "complete"], id: 1)),
    ]

    static let eras = [
        Rule(
            "discovery", Lines.modern(1, "server/discover"), 200,
            .result(["supportedVersions": ["2026-07-28"]], id: 1)),
        Rule(
            "discovery without an envelope lacks its _meta", Lines.request(1, "server/discover"), 400,
            .error(-32602, id: 1)),
        Rule(
            "a modern field above a body without an envelope lacks its _meta", Lines.request(1, "tools/list"),
            with: ["MCP-Protocol-Version": "2026-07-28"], 400, .error(-32602, id: 1)),
        Rule(
            "a field that names an unknown version is refused", Lines.request(1, "tools/list"),
            with: ["MCP-Protocol-Version": "1999-01-01"], 400, .error(-32602, id: 1)),
        Rule(
            "initialize is legacy whatever stands above it", Lines.initialize(),
            with: ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "initialize"], 200,
            .result(["protocolVersion": "2025-11-25"], id: 0)),
        Rule(
            "a session above a modern request is ignored", Lines.modern(1, "tools/list"),
            with: ["Mcp-Session-Id": "none"], 200, .result(["resultType": "complete"], id: 1)),
    ]

    static let all = door + messages + mirrored + order + eras

    @Test("the rules of a modern request hold", arguments: all)
    func rule(_ rule: Rule) async throws {
        let exchange = try await Peer().exchange(rule.body, rule.fields)
        #expect(exchange.status == rule.status)
        if let answer = rule.answer {
            #expect(exchange.message?.holds(answer) == true, "\(exchange.messages) lacks \(answer)")
            #expect(exchange.fields.values(of: "Content-Type") == ["application/json"])
        } else {
            #expect(exchange.messages.isEmpty)
        }
        if rule.body.contains("2026-07-28") { #expect(exchange.fields.only("Mcp-Session-Id") == nil) }
    }
}
