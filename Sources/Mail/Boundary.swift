/// What parts the parts of a multipart (RFC 2046 §5.1.1): one name, a delimiter for each kind of multipart.
///
/// A message nests each kind at most once, and all delimiters are equally long, so none is the start of another.
struct Boundary {
    private let stem: String

    /// - Parameters:
    ///   - name: random letters and digits; others are dropped, and what is over 40.
    ///   - contents: the octets that must not hold a delimiter. On a collision a number is counted up until
    ///     there is none, so the result depends on the arguments alone.
    init(name: String, notIn contents: [[UInt8]]) {
        let letters = name.utf8.filter {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        }
        let base = "=_" + String(decoding: letters.prefix(40), as: UTF8.self)
        var stem = base
        var attempt = 0
        while contents.contains(where: { Self.occurs(stem, in: $0) }) {
            attempt += 1
            stem = "\(base)-\(attempt)"
        }
        self.stem = stem
    }

    func delimiter(for kind: Entity.Multipart) -> String {
        switch kind {
        case .mixed: stem + ".m"
        case .alternative: stem + ".a"
        case .related: stem + ".r"
        }
    }

    private static func occurs(_ stem: String, in content: [UInt8]) -> Bool {
        let wanted = Array(stem.utf8)
        guard let first = wanted.first, content.count >= wanted.count else { return false }
        return (0...(content.count - wanted.count)).contains { start in
            content[start] == first && content[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }
}
