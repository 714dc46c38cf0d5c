extension Dialogue {
    /// Reads a dialogue file; throws what is wrong and in which line.
    package init(name: String, parsing text: String) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let title = lines.first, !title.isEmpty else { throw PeerError("\(name): no title in line 1") }
        let blank = lines.firstIndex { $0.trimmingSpaces().isEmpty } ?? lines.endIndex
        var settings: [String: String] = [:]
        for (offset, line) in lines[1..<blank].enumerated() {
            guard let colon = line.firstIndex(of: ":") else {
                throw PeerError("\(name):\(offset + 2): a key, a colon and a value are wanted here")
            }
            settings[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingSpaces()
        }
        var connections: [[Step]] = [[]]
        for (offset, line) in lines[blank...].enumerated() where !line.trimmingSpaces().isEmpty {
            if line.hasPrefix("---") {
                connections.append([])
                continue
            }
            do {
                connections[connections.count - 1].append(try Self.step(line))
            } catch {
                throw PeerError("\(name):\(blank + offset + 1): \(error)")
            }
        }
        self.init(name: name, title: title, settings: settings, connections: connections)
    }

    private static func step(_ line: String) throws -> Step {
        let text = line.dropFirst(2).trimmingSpaces()
        switch (line.prefix(2), text) {
        case ("C:", "(mail data)"): return .expectMailData
        case ("C:", "(some mail data)"): return .expectSomeMailData
        case ("C:", "."): return .expectFinalDot
        case ("C:", _) where text.hasPrefix("(") && text.hasSuffix(" octets)"):
            guard let count = Int(text.dropFirst().dropLast(8)) else {
                throw PeerError("\(text) is no count")
            }
            return .expectOctets(count)
        case ("C:", _): return .expect(text)
        case ("S:", "(drop)"): return .drop
        case ("S:", "(reset)"): return .reset
        case ("S:", "(stall)"): return .stall
        case ("S:", _): return try utterance(text)
        default: throw PeerError("a line begins with S:, C: or ---, not \(line)")
        }
    }

    private static func utterance(_ text: String) throws -> Step {
        guard text.hasPrefix("("), let end = text.firstIndex(of: ")") else {
            return .say(Array((text + "\r\n").utf8))
        }
        let rest = text[text.index(after: end)...].trimmingSpaces()
        let words = text[text.index(after: text.startIndex)..<end].split(separator: " ").map(String.init)
        if words == ["octet", "by", "octet"] { return .sayOctetByOctet(Array((rest + "\r\n").utf8)) }
        if words == ["without", "line", "end"] { return .say(Array(rest.utf8)) }
        if words.count == 3, let count = Int(words[0]), words[1] == "times" {
            return .say(Array(String(repeating: words[2], count: count).utf8))
        }
        if words.first == "octets" {
            return .say(
                try words.dropFirst().map { digits in
                    guard let octet = UInt8(digits, radix: 16) else {
                        throw PeerError("\(digits) is no octet")
                    }
                    return octet
                })
        }
        throw PeerError("nothing is known of \(text)")
    }
}
