/// The spellings of a login's secret, and how a line is freed of them: a server that repeats a command, to complain or
/// to debug, must not bring a password into a conversation, a failure or a log.
///
/// Letters of ASCII match in either case. Prints as nothing but bullets.
package struct Strikeout: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private struct Word {
        let octets: [UInt8]
        /// So many octets of its beginning are enough.
        let atLeast: Int
    }

    private let words: [Word]

    static let mark = Array("•••".utf8)

    /// - Parameters:
    ///   - plain: struck out where they stand whole; those with less than 4 octets are in any text and stay.
    ///   - encoded: struck out also where only a beginning of 8 octets or more is left of them.
    package init(plain: [String] = [], encoded: [String] = []) {
        let whole = plain.map { Self.folded($0.utf8) }.filter { $0.count >= 4 }
        let partial = encoded.map { Self.folded($0.utf8) }.filter { !$0.isEmpty }
        words =
            whole.map { Word(octets: $0, atLeast: $0.count) }
            + partial.map { Word(octets: $0, atLeast: min(8, $0.count)) }
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Octets that a reader keeps beyond its limit, so that nothing is cut before it is recognised.
    package var margin: Int { words.map(\.octets.count).max() ?? 0 }

    /// The text with `•••` in place of each spelling; a reply code in front of it stays.
    package func callAsFunction(_ text: String) -> String {
        words.isEmpty ? text : self.text(of: Array(text.utf8), limit: .max)
    }

    /// One line of octets as text: freed, then cut to `limit` octets, repaired to UTF-8.
    package func text(of line: some Sequence<UInt8>, limit: Int) -> String {
        let octets = Array(line)
        guard !words.isEmpty else { return String(decoding: octets.prefix(limit), as: UTF8.self) }
        let folded = Self.folded(octets)
        let start = Self.codeLength(octets)
        var clean: [UInt8] = []
        var copied = 0
        var struck = 0
        for index in folded.indices {
            guard let end = end(of: folded[index...]), end > start else { continue }
            // Spellings may overlap: one mark for all of them.
            if max(index, start) >= struck {
                clean += octets[copied..<max(index, start, copied)] + Self.mark
            }
            struck = max(struck, end)
            copied = max(copied, struck)
        }
        clean += octets[min(copied, octets.count)...]
        return String(decoding: clean.prefix(limit), as: UTF8.self)
    }

    /// Where the longest spelling ends that begins the octets; nil when none does.
    private func end(of octets: ArraySlice<UInt8>) -> Int? {
        var longest = 0
        for word in words where word.octets.first == octets.first {
            let count = zip(word.octets, octets).prefix { $0 == $1 }.count
            if count >= word.atLeast { longest = max(longest, count) }
        }
        return longest > 0 ? octets.startIndex + longest : nil
    }

    /// 4 with a reply code and its mark, which decide what happens next, else 0.
    private static func codeLength(_ octets: [UInt8]) -> Int {
        guard octets.count >= 4, octets[..<3].allSatisfy({ (0x30...0x39).contains($0) }),
            octets[3] == 0x20 || octets[3] == 0x2D
        else { return 0 }
        return 4
    }

    private static func folded(_ octets: some Sequence<UInt8>) -> [UInt8] {
        octets.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
