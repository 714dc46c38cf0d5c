import JSON
import TestSeeds
import Testing

struct ValueTests {
    @Test("numbers are equal by value, strings by code point, objects in any order")
    func equality() {
        #expect(JSON.integer(1) == .number(1) && JSON.integer(1).hashValue == JSON.number(1).hashValue)
        #expect(JSON.integer(.max) != .number(0x1p63))
        #expect(JSON.integer(1) != true && JSON.integer(0) != nil && JSON.string("1") != 1)
        #expect(JSON.string("é") != .string("e\u{301}"))
        let one: JSON = ["a": 1, "b": [2]]
        let other: JSON = ["b": [2.0], "a": 1]
        #expect(one == other && one.hashValue == other.hashValue)
        #expect(one != ["a": 1] && one != ["a": 1, "c": [2]])
    }

    @Test("an accessor gives its own kind and nothing else")
    func accessors() {
        let values: [JSON] = [nil, true, 1, 1.5, "s", [1], ["a": 1]]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
        #expect(values.compactMap(\.bool) == [true])
        #expect(values.map(\.integer) == [nil, nil, 1, nil, nil, nil, nil])
        #expect(values.compactMap(\.number) == [1, 1.5])
        #expect(values.compactMap(\.string) == ["s"])
        #expect(values.compactMap(\.array) == [[1]])
        #expect(values.compactMap(\.object) == [["a": 1]])
        #expect(JSON.number(2).integer == 2 && JSON.number(1e300).integer == nil)
        #expect(values[6]["a"] == 1 && values[6]["b"] == nil && values[5][0] == 1 && values[5][1] == nil)
    }

    @Test("an object keeps the order of its members through every change", arguments: [3, 8, 9, 10, 50])
    func order(size: Int) {
        var object = JSON.Object()
        for number in 0..<size { object["n\(number)"] = .integer(Int64(number)) }
        #expect(object.names == (0..<size).map { "n\($0)" })
        object["n1"] = "changed"
        object["n0"] = nil
        object["none"] = nil
        #expect(object.names == (1..<size).map { "n\($0)" })
        #expect(object["n1"] == "changed" && object["n0"] == nil && object["n\(size - 1)"] != nil)
        object["n0"] = 0
        #expect(object.names.last == "n0" && object["n0"] == 0 && object.count == size)
    }

    @Test(
        "the compact form is one line and escapes only what must be",
        arguments: [
            (["a": [1, -2.5, nil, true], "b": [:], "c": []], #"{"a":[1,-2.5,null,true],"b":{},"c":[]}"#),
            (
                "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}\u{2028}é😀",
                #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}\u{2028}é😀\""
            ),
            (.number(1), "1.0"), (.number(1e20), "1e+20"), (.number(-0.0), "-0.0"),
            (.integer(.min), "-9223372036854775808"),
            (.number(.nan), "null"), (.number(-.infinity), "null"),
        ] as [(JSON, String)])
    func compact(value: JSON, text: String) {
        #expect(value.text == text)
    }

    @Test("the pretty form puts a member on a line")
    func pretty() {
        let value: JSON = ["a": [1, ["b": "c"]], "d": [], "e": [:]]
        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    {
                      "b": "c"
                    }
                  ],
                  "d": [],
                  "e": {}
                }
                """)
    }

    @Test("whatever is written is read back equal, compact and pretty", arguments: 0..<200)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let value = JSON.random(depth: 5, using: &random)
        #expect(try JSON(parsing: value.bytes) == value)
        #expect(try JSON(parsing: value.bytes).bytes == value.bytes)
        #expect(try JSON(parsing: value.prettyText) == value)
        #expect(!value.bytes.contains(0x0A))
    }
}
