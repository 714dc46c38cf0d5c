@testable import Discovery
import Testing
import TestSeeds

@Suite("DNS answers")
struct DNSAnswerTests {
    /// A header, one question, and what follows; the question's name is at 12.
    static func message(flags: [UInt8] = [0x81, 0x80], answers: Int, _ rest: [UInt8]) -> [UInt8] {
        [0, 1] + flags + [0, 1, 0, UInt8(answers), 0, 0, 0, 0] + name("example.org") + [0, 15, 0, 1] + rest
    }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func answer(_ type: UInt8, _ data: [UInt8]) -> [UInt8] {
        [0xC0, 12, 0, type, 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }

    @Test("Records are read, compressed names too; what is of another type is passed over")
    func reads() throws {
        let octets = Self.message(
            answers: 3,
            Self.answer(15, [0, 10, 2, 0x4D, 0x58, 0xC0, 12]) + Self.answer(1, [127, 0, 0, 1])
                + Self.answer(15, [0, 20] + Self.name("mx.example.net")))
        #expect(
            try #require(DNSAnswer(octets, .exchange)).records == [
                .exchange(preference: 10, host: "mx.example.org"),
                .exchange(preference: 20, host: "mx.example.net"),
            ])
        let service = Self.message(answers: 1, Self.answer(33, [0, 1, 0, 2, 1, 0xD1] + Self.name("a.b")))
        #expect(
            try #require(DNSAnswer(service, .service)).records
                == [.service(priority: 1, weight: 2, port: 465, target: "a.b")])
    }

    static let hostile: [(String, [UInt8])] = [
        ("nothing", []), ("a header alone", [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]),
        ("a question", message(flags: [0x01, 0x00], answers: 0, [])),
        ("an error", message(flags: [0x81, 0x83], answers: 0, [])),
        ("a pointer to itself", message(answers: 1, [0xC0, 29, 0, 15, 0, 1, 0, 0, 0, 0, 0, 0])),
        ("a pointer forward", message(answers: 1, [0xC0, 60, 0, 15, 0, 1, 0, 0, 0, 0, 0, 0])),
        (
            "a length beyond the end",
            message(answers: 1, [0xC0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0xFF, 0xFF, 0, 1])
        ),
        ("65,535 answers that are not there", [0, 1, 0x81, 0x80, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0]),
        ("a label of an unknown form", message(answers: 1, [0x80, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 0])),
    ]

    @Test("A message that lies about itself gives nothing", arguments: hostile)
    func refuses(what: String, octets: [UInt8]) {
        #expect(DNSAnswer(octets, .exchange)?.records.isEmpty ?? true, "\(what)")
    }

    @Test(
        "A name that could be a command or is no host's is left out",
        arguments: ["a b.org", "a\r\nb.org", "ä.org", "a;b"])
    func names(name: String) throws {
        let octets = Self.message(answers: 1, Self.answer(15, [0, 1] + Self.name(name)))
        #expect(try #require(DNSAnswer(octets, .exchange)).records.isEmpty)
    }

    @Test("A record whose name runs past its own end is left out")
    func overrun() throws {
        let data: [UInt8] = [0, 1, 3, 0x61]
        let octets = Self.message(answers: 1, Self.answer(15, data) + [0x62, 0x63, 0])
        #expect(DNSAnswer(octets, .exchange)?.records.isEmpty ?? true)
    }

    @Test("No message of chance, and no change of a good one, does harm")
    func chance() {
        var generator = SeededGenerator(seed: 42)
        let good = Self.message(answers: 1, Self.answer(15, [0, 10, 2, 0x4D, 0x58, 0xC0, 12]))
        for _ in 0..<20_000 {
            var octets = good
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                octets[Int.random(in: 0..<octets.count, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            _ = DNSAnswer(
                Array(octets.prefix(Int.random(in: 0...octets.count, using: &generator))), .exchange)
        }
    }
}
