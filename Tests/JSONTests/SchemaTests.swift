import JSON
import Testing

struct SchemaTests {
    @Test(
        "a schema that cannot be kept is refused, with the keyword and its place",
        arguments: [
            (##"{"$ref":"#/x"}"##, "$ref", ""), (#"{"$schema":"x"}"#, "$schema", ""),
            (#"{"properties":{"a/b":{"items":{"pattern":"x"}}}}"#, "pattern", "/properties/a~1b/items"),
            (#"{"anyOf":[{},{"not":{}}]}"#, "not", "/anyOf/1"),
            (#"{"additionalProperties":{"if":{}}}"#, "if", "/additionalProperties"),
            (#"{"properties":{},"additionalProperties":{"allOf":[]}}"#, "allOf", "/additionalProperties"),
            (#"{"maxlength":3}"#, "maxlength", ""), (#"{"type":"text"}"#, "type", ""),
            (#"{"type":[]}"#, "type", ""),
            (#"{"type":["string","string"]}"#, "type", ""), (#"{"required":["a","a"]}"#, "required", ""),
            (#"{"required":"a"}"#, "required", ""), (#"{"maxLength":-1}"#, "maxLength", ""),
            (#"{"maxLength":1.5}"#, "maxLength", ""), (#"{"minimum":"1"}"#, "minimum", ""),
            (#"{"enum":{}}"#, "enum", ""),
            (#"{"oneOf":[]}"#, "oneOf", ""), (#"{"uniqueItems":1}"#, "uniqueItems", ""),
            (#"{"properties":[]}"#, "properties", ""),
            (#"{"items":[]}"#, "", "/items"), ("3", "", ""),
        ])
    func refused(text: String, keyword: String, pointer: String) throws {
        let json = try JSON(parsing: text)
        let error = #expect(throws: SchemaError.self) { try Schema(json) }
        #expect(error?.keyword == keyword && error?.pointer == pointer)
        #expect(error?.description.contains(pointer.isEmpty ? "the root" : pointer) == true)
    }

    static let send: JSON = [
        "type": "object", "title": "Send", "required": ["to", "subject"], "additionalProperties": false,
        "properties": [
            "to": [
                "type": "array", "items": ["type": "string", "minLength": 3], "minItems": 1, "maxItems": 2,
                "uniqueItems": true,
            ],
            "subject": ["type": "string", "maxLength": 5],
            "wait_seconds": ["type": "integer", "minimum": 0, "maximum": 60],
            "ratio": ["type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1],
            "kind": ["enum": ["to", "cc"]], "version": ["const": 1],
            "headers": [
                "type": "object", "additionalProperties": ["type": "string"], "minProperties": 1,
                "maxProperties": 2,
            ],
            "attachments": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["filename"], "additionalProperties": false,
                    "properties": ["filename": ["type": "string"], "path": ["type": "string"]],
                ],
            ],
            "reply": ["anyOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]]],
            "one": ["oneOf": [["type": "integer"], ["type": "number", "minimum": 10]]],
        ],
    ]

    @Test(
        "a violation names the field, what it is and what would be right",
        arguments: [
            (["wait_seconds": 90], "wait_seconds", "maximum", "`wait_seconds` is 90; it must be at most 60"),
            (["wait_seconds": -1], "wait_seconds", "minimum", "`wait_seconds` is -1; it must be at least 0"),
            (
                ["wait_seconds": "4"], "wait_seconds", "type",
                "`wait_seconds` is a string; it must be a whole number"
            ),
            (
                ["wait_seconds": 1.5], "wait_seconds", "type",
                "`wait_seconds` is the number 1.5; it must be a whole number"
            ),
            (["ratio": 0], "ratio", "exclusiveMinimum", "`ratio` is 0; it must be more than 0"),
            (["ratio": 1.0], "ratio", "exclusiveMaximum", "`ratio` is 1.0; it must be less than 1"),
            (
                ["subject": "123456"], "subject", "maxLength",
                "`subject` is 6 characters long; it must have at most 5 characters"
            ),
            (["to": []], "to", "minItems", "`to` has 0 elements; it must have at least 1 element"),
            (
                ["to": ["abc", "abd", "abe"]], "to", "maxItems",
                "`to` has 3 elements; it must have at most 2 elements"
            ),
            (
                ["to": ["abc", "abc"]], "to", "uniqueItems",
                "`to` holds the same element at [0] and [1]; each must differ"
            ),
            (["to": ["abc", 5]], "to[1]", "type", "`to[1]` is the number 5; it must be a string"),
            (
                ["to": ["a"]], "to[0]", "minLength",
                "`to[0]` is 1 characters long; it must have at least 3 characters"
            ),
            (["to": "abc"], "to", "type", "`to` is a string; it must be an array"),
            (["kind": "bcc"], "kind", "enum", #"`kind` is "bcc"; it must be "to" or "cc""#),
            (["version": 2], "version", "const", "`version` is 2; it must be 1"),
            (
                ["headers": ["X-A": 1]], "headers.X-A", "type",
                "`headers.X-A` is the number 1; it must be a string"
            ),
            (
                ["headers": [:]], "headers", "minProperties",
                "`headers` has 0 properties; it must have at least 1"
            ),
            (
                ["attachments": [["path": "x"]]], "attachments[0].filename", "required",
                "`attachments[0].filename` is missing; it is required"
            ),
            (
                ["attachments": [["filename": "x", "file_path": "y"]]], "attachments[0].file_path",
                "additionalProperties",
                "`attachments[0].file_path` is not a known property; known are `filename`, `path`"
            ),
            (
                ["attachments": [["filename": "x", "fielname": "y"]]], "attachments[0].fielname",
                "additionalProperties",
                "`attachments[0].fielname` is not a known property; did you mean `filename`?"
            ),
            (
                ["sbuject": "x"], "sbuject", "additionalProperties",
                "`sbuject` is not a known property; did you mean `subject`?"
            ),
            (
                ["Subject": "x"], "Subject", "additionalProperties",
                "`Subject` is not a known property; did you mean `subject`?"
            ),
            (
                ["wait": 1], "wait", "additionalProperties",
                "`wait` is not a known property; did you mean `wait_seconds`?"
            ),
            (["reply": 5], "reply", "anyOf", "`reply` is 5; it must be a string or an array"),
            (
                ["reply": [1]], "reply", "anyOf",
                "`reply` is an array; `reply[0]` is the number 1; it must be a string"
            ),
            (["one": 12], "one", "oneOf", "`one` is 12; it fits more than one of the allowed forms"),
            (["one": "x"], "one", "oneOf", #"`one` is "x"; it must be a whole number or a number"#),
        ] as [(JSON, String, String, String)])
    func sentences(arguments: JSON, path: String, keyword: String, message: String) throws {
        let schema = try Schema(Self.send)
        var object: JSON.Object = ["to": ["abc"], "subject": "x"]
        for (name, value) in try #require(arguments.object) { object[name] = value }
        #expect(
            schema.validate(.object(object)) == [Violation(path: path, keyword: keyword, message: message)])
    }

    @Test("every missing property is named, and a wrong root is called the value")
    func missing() throws {
        let schema = try Schema(Self.send)
        #expect(schema.validate([:]).map(\.path) == ["to", "subject"])
        #expect(schema.validate([]).map(\.message) == ["the value is an array; it must be an object"])
        #expect(schema.allows(["to": ["a@b"], "subject": "x"]))
    }

    @Test("at most 20 violations are reported, each short and printable, whatever was sent")
    func bounded() throws {
        let schema = try Schema(Self.send)
        var object = JSON.Object()
        let long = String(repeating: "\u{1b}\u{202e}\n", count: 5000)
        for number in 0..<1000 { object["\(number)\(long)"] = .string(long) }
        object["kind"] = .string(long)
        let violations = schema.validate(.object(object))
        #expect(violations.count == 20)
        for violation in violations {
            #expect(violation.message.utf8.count < 1000)
            #expect(!violation.message.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202e}" })
        }
    }

    @Test("the parts of a schema can be looked at")
    func parts() throws {
        let schema = try Schema(Self.send)
        #expect(schema.types == [.object] && schema.required == ["to", "subject"])
        #expect(schema.properties.map(\.name).prefix(3) == ["to", "subject", "wait_seconds"])
        #expect(schema.property(named: "to")?.items?.types == [.string])
        #expect(schema.property(named: "none") == nil && schema.items == nil)
        #expect(schema.property(named: "reply")?.alternatives.map(\.types) == [[.string], [.array]])
        #expect(schema.annotations["title"] == "Send")
    }
}
