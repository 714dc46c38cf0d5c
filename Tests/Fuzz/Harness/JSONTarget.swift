import JSON

/// The JSON reader and writer: both readers agree, and what is written reads as what it was.
enum JSONTarget {
    static func run(_ input: ArraySlice<UInt8>) {
        let bytes = Expansion.of(input, largest: Entry.largest)
        let expected = Reference.tokens(of: bytes, depth: JSON.depth)
        do {
            let value = try Subject.parse(bytes)
            expect(expected != nil, "this is not JSON, but was taken")
            expect(tokens(of: value) == expected, "the value is not what the text says")
            check(value)
            Tally.count("json:taken")
            Verdicts.tell(input, value)
        } catch {
            expect(expected == nil, "this is JSON, but was refused: \(error)")
            expect((0...bytes.count).contains(error.offset), "the error lies within the text")
            expect(isPrintable(error.reason, most: 500), "the reason is short and printable: \(error)")
            Verdicts.tell(input, nil)
        }
    }

    private static func check(_ value: JSON) {
        let written = value.bytes
        expect(!written.contains { $0 < 0x20 }, "the compact form holds no control character")
        guard let again = try? JSON(parsing: written) else { Failure.stop("what was written can be read") }
        expect(again == value, "what was written reads as the same value")
        expect(again.hashValue == value.hashValue, "equal values have the same hash")
        expect(again.bytes == written, "writing twice gives the same bytes")
        // A line for each member, indented: at some depth the form for people is larger by far.
        if written.count < 1 << 14 {
            expect((try? JSON(parsing: value.prettyText)) == value, "the form for people is the same value")
        }
        for schema in schemas {
            let violations = schema.validate(value)
            expect(violations.count <= 20, "at most 20 violations are told")
            // 128 levels of names of at most 64 characters.
            for each in violations {
                expect(isPrintable(each.message, most: 1 << 16), "a violation is printable: \(each.message)")
            }
        }
    }

    /// The value as the second reader would tell it.
    private static func tokens(of value: JSON) -> [Reference.Token] {
        var tokens: [Reference.Token] = []
        func add(_ value: JSON) {
            switch value {
            case .null: tokens.append(.word(UInt8(ascii: "n")))
            case .bool(let value): tokens.append(.word(value ? UInt8(ascii: "t") : UInt8(ascii: "f")))
            case .integer(let value): tokens.append(.integer(value))
            case .number(let value): tokens.append(.number(value))
            case .string(let value): tokens.append(.string(Array(value.utf8)))
            case .array(let elements):
                tokens.append(.array)
                for element in elements { add(element) }
                tokens.append(.end)
            case .object(let object):
                tokens.append(.object)
                for member in object {
                    tokens.append(.name(Array(member.key.utf8)))
                    add(member.value)
                }
                tokens.append(.end)
            }
        }
        add(value)
        return tokens
    }

    /// Schemas that between them hold every keyword.
    private static let schemas: [Schema] = [
        ["uniqueItems": true, "maxItems": 3, "minItems": 1, "items": ["type": "integer", "minimum": 0]],
        ["type": ["string", "number"], "minLength": 1, "maxLength": 4, "exclusiveMaximum": 5, "maximum": 4],
        [
            "type": "object", "required": ["jsonrpc"],
            "additionalProperties": ["type": ["object", "string"]],
            "minProperties": 1, "maxProperties": 4,
            "properties": [
                "id": ["oneOf": [["type": "integer"], ["type": "string"]]],
                "method": ["enum": ["a", 1, nil]],
                "params": ["anyOf": [["const": [:]], ["items": ["exclusiveMinimum": 1]]]],
            ],
        ],
    ].compactMap { try? Schema($0) }
}

/// True when a text is at most so many bytes long and fit for one line of a log.
func isPrintable(_ text: String, most: Int) -> Bool {
    text.utf8.count <= most
        && text.unicodeScalars.allSatisfy { scalar in
            (0x20..<0x7F).contains(scalar.value)
                || ![.control, .format, .lineSeparator, .paragraphSeparator].contains(
                    scalar.properties.generalCategory)
        }
}
