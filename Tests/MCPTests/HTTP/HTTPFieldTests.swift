import Testing

@testable import MCP

/// What header fields say.
struct HTTPFieldTests {
    @Test("names have no case, values do, and white space around them is nothing")
    func values() {
        let fields: HTTPFields = ["Mcp-Name": " \tA b\t", "x": "1", "MCP-NAME": "c"]
        #expect(fields.values(of: "mcp-name") == ["A b", "c"])
        #expect(fields.only("mcp-name") == nil && fields.only("X") == "1" && fields.only("y") == nil)
        #expect(fields.lines.map(\.name) == ["Mcp-Name", "x", "MCP-NAME"])
    }

    @Test(
        "a client says which kinds of answers it takes",
        arguments: [
            (nil, true, true), ("application/json, text/event-stream", true, true),
            ("application/json", true, false), ("text/event-stream", false, true), ("*/*", true, true),
            ("application/*", true, false), ("text/*", false, true), ("text/html", false, false),
            ("", false, false), ("Application/JSON;charset=utf-8", true, false),
            ("application/json;q=0, */*", false, true), ("*/*;q=0, text/event-stream;q=0.1", false, true),
            ("application/json; q=0.000, text/event-stream", false, true),
            ("application/jsonx", false, false),
            ("text/event-stream;q=0.5, application/json;q=0.9", true, true), ("json", false, false),
        ] as [(String?, Bool, Bool)])
    func acceptance(accept: String?, json: Bool, events: Bool) {
        var fields: HTTPFields = [:]
        if let accept { fields.append("Accept", accept) }
        let acceptance = Acceptance(fields)
        #expect(acceptance.json == json && acceptance.events == events)
    }

    @Test("several Accept fields are one list")
    func acceptances() {
        let acceptance = Acceptance(["Accept": "application/json", "accept": "text/event-stream"])
        #expect(acceptance.json && acceptance.events)
    }

    @Test(
        "a mirrored value may be encoded, in one way",
        arguments: [
            ("echo", "echo"), ("", ""), ("a b", "a b"), ("=?base64?ZWNobw==?=", "echo"),
            ("=?base64?w7bDpA==?=", "öä"), ("=?base64??=", ""), ("=?base64?Pz8/?=", "???"),
            ("=?BASE64?ZWNobw==?=", "=?BASE64?ZWNobw==?="), ("=?base64?ZWNobw==", "=?base64?ZWNobw=="),
            ("ZWNobw==?=", "ZWNobw==?="), ("=?base64?=", "=?base64?="),
            ("=?base64?ZWNobw?=", nil), ("=?base64?ZWNobx==?=", nil), ("=?base64?ZWNob-==?=", nil),
            ("=?base64?ZWN obw==?=", nil), ("=?base64?ZWNobw===?=", nil), ("=?base64?Z===?=", nil),
            ("=?base64?====?=", nil), ("=?base64?ZW=obw==?=", nil), ("=?base64?/w==?=", nil),
            ("=?base64?wKA=?=", nil), ("ö", nil), ("a\u{7F}", nil), ("a\u{0}b", nil),
        ] as [(String, String?)])
    func decoding(value: String, decoded: String?) {
        #expect(MirroredFields.decoded(value) == decoded)
    }

    @Test(
        "a version field names a revision, or one that nobody knows",
        arguments: [
            ([], .absent), (["2025-11-25"], .legacy), (["2024-11-05"], .legacy), (["2026-07-28"], .modern),
            (["2026-07-29"], .unknown), ([""], .unknown), (["2025-11-25", "2025-11-25"], .unknown),
        ] as [([String], VersionField)])
    func version(values: [String], version: VersionField) {
        #expect(VersionField(HTTPFields(values.map { (name: "mcp-protocol-version", value: $0) })) == version)
    }
}
