import JSON
import Testing

struct ParserTests {
    @Test(
        "takes what RFC 8259 allows",
        arguments: [
            ("null", .null), (" \t\r\n true ", true), ("false", false), ("0", 0), ("-0", 0), ("-1", -1),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(0x1p63)), ("1.5", 1.5), ("1e2", .number(100)),
            ("1E+2", .number(100)), ("25e-2", 0.25), ("1e-999", .number(0)),
            ("123456789012345678901234567890", .number(1.2345678901234568e29)),
            (#""""#, ""), (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"), (#""\u00e9\u0000""#, "é\0"),
            (#""\uD83D\ude00""#, "😀"), ("\"é😀\u{7f}\"", "é😀\u{7f}"), ("[]", []), ("[ ]", []), ("{}", [:]),
            ("[1, [2], {\"a\" : null}]", [1, [2], ["a": nil]]),
            (#"{"":1,"a":{"a":2}}"#, ["": 1, "a": ["a": 2]]),
            (#"{"é":1,"e\u0301":2}"#, ["é": 1, "e\u{301}": 2]),
        ] as [(String, JSON)])
    func accepts(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    @Test(
        "refuses everything else and says where and why",
        arguments: [
            ("", 0, "ends"), ("  ", 2, "ends"), ("nul", 0, "only true"), ("True", 0, "no value"),
            ("nullx", 4, "more"),
            ("1 2", 2, "more"), ("01", 0, "zero"), ("-01", 0, "zero"), ("-", 1, "digit"),
            ("+1", 0, "no value"),
            ("1.", 2, "digit"), (".5", 0, "no value"), ("1e", 2, "digit"), ("1e+", 3, "digit"),
            ("0x1", 1, "more"),
            ("NaN", 0, "no value"), ("-Infinity", 1, "digit"), ("1e999", 0, "too large"),
            ("-1e999", 0, "too large"),
            ("'a'", 0, "no value"), ("\"", 0, "closing quote"), ("\"ab", 0, "closing quote"),
            ("\"a\n\"", 2, "control"), ("\"a\0\"", 2, "control"), (#""\x""#, 1, "unknown escape"),
            (#""\u12""#, 1, "hexadecimal"), (#""\uD800""#, 1, "surrogate"), (#""a\uDC00""#, 2, "surrogate"),
            (#""\uD800\u0041""#, 1, "surrogate"), (#""\uD800\n""#, 1, "surrogate"),
            ("\"\\", 1, "closing quote"),
            ("[", 1, "ends"), ("[1", 2, "bracket"), ("[1,", 3, "ends"), ("[1,]", 3, "no value"),
            ("[1 2]", 3, "bracket"),
            ("{", 1, "name"), ("{a:1}", 1, "name"), (#"{"a"}"#, 4, "colon"), (#"{"a":}"#, 5, "no value"),
            (#"{"a":1,}"#, 7, "name"), (#"{"a":1 "b":2}"#, 7, "brace"),
            (#"{"a":1,"b":2,"a":3}"#, 13, "`a` stands twice"),
            (#"{"a":1,"\u0061":2}"#, 7, "`a` stands twice"), ("[1]//", 3, "more"),
            ("\u{feff}1", 0, "byte order mark"),
            ("\u{a0}1", 0, "no value"),
        ] as [(String, Int, String)])
    func refuses(text: String, offset: Int, reason: String) {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error?.offset == offset)
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test(
        "refuses bytes that are not UTF-8",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]], [#""abc"#, #""ab\n"#])
    func invalidUTF8(bytes: [UInt8], before: String) {
        let error = #expect(throws: JSONError.self) {
            try JSON(parsing: Array(before.utf8) + bytes + Array("\"".utf8))
        }
        #expect(error?.description.contains("not UTF-8") == true)
    }

    @Test("takes 128 levels and refuses the next, however many follow", arguments: [129, 10_000, 1_000_000])
    func depth(levels: Int) throws {
        func nested(_ levels: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
        }
        _ = try JSON(parsing: nested(128, "[", "]"))
        _ = try JSON(parsing: nested(128, #"{"a":"#, "}"))
        for text in [
            nested(levels, "[", "]"), nested(levels, #"{"a":"#, "}"), String(repeating: "[", count: levels),
        ] {
            let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
            #expect(error?.reason.contains("deeper than 128") == true)
        }
    }

    @Test("no caller can ask for a depth that a small stack does not bear")
    func depthLimit() {
        let text = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
        #expect(throws: JSONError.self) { try JSON(parsing: text, depth: .max) }
    }

    @Test("a string is the same wherever quote, escape and end fall among eight bytes", arguments: 0..<40)
    func alignment(length: Int) throws {
        let plain = String(repeating: "x", count: length)
        for tail in ["", "é", "\"", "\\", "\u{1f}", "\u{7f}", "!", "\u{20}", "#", "[", "]"] {
            let value = JSON.string(plain + tail + plain)
            #expect(try JSON(parsing: value.bytes) == value)
        }
        #expect(throws: JSONError.self) { try JSON(parsing: "\"\(plain)\u{1f}\(plain)\"") }
    }

    @Test("reads 10 MiB of base64, a million digits and 100,000 names")
    func large() throws {
        let base64 = String(repeating: "QUJD", count: 10 << 18)
        #expect(try JSON(parsing: "\"\(base64)\"").string?.utf8.count == 10 << 20)
        #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "9", count: 1_000_000)) }
        #expect(try JSON(parsing: "0." + String(repeating: "3", count: 1_000_000)).number == 1.0 / 3)
        let names = (0..<100_000).map { "\"n\($0)\":\($0)" }.joined(separator: ",")
        let object = try JSON(parsing: "{\(names)}")
        #expect(object["n77777"] == 77777)
        let error = #expect(throws: JSONError.self) { try JSON(parsing: "{\(names),\"n5\":0}") }
        #expect(error?.reason.contains("`n5`") == true)
    }

    @Test("an error repeats at most 64 characters of a name and no control character")
    func untrusted() {
        let name = "\\u001b[31m" + String(repeating: "x", count: 1000)
        let error = #expect(throws: JSONError.self) { try JSON(parsing: "{\"\(name)\":1,\"\(name)\":1}") }
        #expect((error?.reason.count ?? 1000) < 120)
        #expect(error?.reason.unicodeScalars.contains { $0.value < 0x20 } == false)
    }
}
