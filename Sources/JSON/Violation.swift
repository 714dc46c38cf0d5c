/// One way in which a value breaks its schema, said so that the caller can put it right.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The place in the value: `to[1]`, `attachments[0].filename`; empty for the whole value. A missing or unknown
    /// property is named, not the object around it. At most 64 characters of each name, without control characters.
    package let path: String
    /// The keyword of JSON Schema that is broken: `required`, `maximum`, …
    package let keyword: String
    /// A sentence that names the field, what it is and what would be right.
    package let message: String

    package init(path: String, keyword: String, message: String) {
        self.path = path
        self.keyword = keyword
        self.message = message
    }

    package var description: String { message }
}

/// A place in a value while it is checked; written out only for what is wrong.
indirect enum Path {
    case root
    case member(of: Path, String)
    case element(of: Path, Int)

    func member(_ name: String) -> Path { .member(of: self, name) }

    func element(_ index: Int) -> Path { .element(of: self, index) }

    var text: String {
        switch self {
        case .root: return ""
        case .element(let path, let index): return "\(path.text)[\(index)]"
        case .member(let path, let name):
            let name = name.shownInMessage
            let plain = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && !#".[]""#.utf8.contains($0) }
            if !plain { return "\(path.text)[\"\(name)\"]" }
            if case .root = path { return name }
            return "\(path.text).\(name)"
        }
    }

    /// How a sentence begins.
    var subject: String {
        if case .root = self { return "the value" }
        return "`\(text)`"
    }
}
