import Foundation
import TestSeeds

extension SendRequest {
    /// Any legal message: scripts of the world, marks, spaces, look-alikes of syntax, every tree of parts.
    static func random(using generator: inout SeededGenerator) -> SendRequest {
        var dice = Dice(generator: generator)
        defer { generator = dice.generator }
        var request = SendRequest(from: dice.mailbox())
        request.to = dice.flip() ? nil : dice.some(1...4) { $0.mailbox() }
        request.cc = dice.flip() ? nil : dice.some(1...3) { $0.mailbox() }
        request.bcc = request.to == nil && request.cc == nil || dice.flip() ? ["hidden@example.net"] : nil
        request.replyTo = dice.flip() ? nil : dice.some(1...2) { $0.mailbox(isASCII: true) }
        request.subject = dice.line(0...60)
        switch dice.roll(5) {
        case 0: request.text = dice.block()
        case 1: request.html = dice.html()
        case 2:
            request.text = dice.block()
            request.html = dice.html()
        case 3: request.markdown = dice.block() + "\n\nend\n"
        default:
            request.text = dice.block()
            request.markdown = dice.block()
        }
        let files = dice.roll(4)
        if files > 0 {
            request.attachments = (0..<files).map { index in
                SendRequest.File(
                    filename: dice.filename(), contentType: "application/x-test",
                    contentBase64: dice.octets().base64EncodedString(),
                    contentID: dice.flip() ? "image.\(index)" : nil)
            }
        }
        if dice.flip() { request.inReplyTo = "<reply.\(dice.roll(1000))@example.org>" }
        if dice.flip() {
            request.references = dice.some(1...12) { "<\($0.roll(1 << 30)).\($0.roll(1 << 30))@example.org>" }
        }
        if dice.flip() {
            request.headers = ["X-Random": "x" + dice.line(0...40), "X-Other": dice.word() + "é"]
        }
        return request
    }
}

/// Draws the pieces of a message.
private struct Dice {
    var generator: SeededGenerator

    mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &generator) }
    mutating func flip() -> Bool { roll(2) == 0 }

    mutating func some<T>(_ count: ClosedRange<Int>, _ make: (inout Dice) -> T) -> [T] {
        (0..<Int.random(in: count, using: &generator)).map { _ in make(&self) }
    }

    static let pieces = [
        "a", "Z", "0", " ", " ", "  ", ".", ",", ";", ":", "'", "\"", "\\", "(", ")", "<", ">", "@", "[", "]",
        "=?", "?=",
        "=?utf-8?Q?x?=", "_", "=", "?", "ä", "ß", "Œ", "я", "Ж", "ω", "ع", "ש", "अ", "ก", "中", "語", "한", "é",
        "e\u{301}", "🎉",
        "👩🏽‍💻", "👨‍👩‍👧‍👦", "🇩🇪", "\u{200D}", "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}", "\u{E000}", "𝔘", "ﬁ", "\u{301}",
        "\u{A0}", "long-word-",
        "%", "&", "#", "--=_Golden.m", "--=_Golden", "From ", "word ", "another ",
    ]

    mutating func line(_ count: ClosedRange<Int>) -> String {
        some(count) { Dice.pieces[$0.roll(Dice.pieces.count)] }.joined()
    }

    mutating func word() -> String { some(1...90) { ["a", "b", "c", "9"][$0.roll(4)] }.joined() }

    mutating func block() -> String {
        some(0...12) { dice in
            let ends = ["\n", "\r\n", "\r", "\n\n", " \n", "\t\n"]
            return dice.line(0...(dice.roll(8) == 0 ? 300 : 20)) + ends[dice.roll(ends.count)]
        }.joined() + (flip() ? "x" : "")
    }

    mutating func html() -> String { "<p>shown</p>\n" + block() }

    mutating func mailbox(isASCII: Bool = false) -> String {
        let locals = [
            "ann", "a.b+c", "\"q r\"", isASCII ? "x" : "пётр", "o'neil", String(repeating: "l", count: 64),
        ]
        let domains = ["example.com", "bücher.example", "mail.例え.テスト", "a-1.example.org"]
        let address = "\(locals[roll(locals.count)])@\(domains[roll(domains.count)])"
        if flip() { return address }
        // Trimmed inside the quotes, as the display name will be.
        let name = line(1...12).without("\\", "\"").trimmingCharacters(in: CharacterSet(charactersIn: " "))
        return name.isEmpty ? address : "\"\(name)\" <\(address)>"
    }

    mutating func filename() -> String {
        let name = line(1...40).without("\\", "/").unicodeScalars.prefix(60)
        return "f" + String(String.UnicodeScalarView(name)) + ".dat"
    }

    mutating func octets() -> Data {
        Data((0..<roll(300)).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}

extension String {
    /// By scalars: a mark behind a quote makes another character of it.
    fileprivate func without(_ scalars: Unicode.Scalar...) -> String {
        String(String.UnicodeScalarView(unicodeScalars.filter { !scalars.contains($0) }))
    }
}
