/// A string under RFC 8259's equality: the same code points, not Unicode's canonical equivalence.
///
/// Swift finds `"e\u{301}"` and `"\u{e9}"` equal; taken as member names that would refuse a lawful object as
/// having a duplicate, and let one name stand for another in a schema.
struct CodePoints: Hashable {
    let string: String

    init(_ string: String) {
        self.string = string
    }

    static func == (one: CodePoints, other: CodePoints) -> Bool {
        // Most names differ in length or are not equal in any sense; Unicode's equality takes its short way for ASCII.
        one.string.utf8.count == other.string.utf8.count && one.string == other.string
            && one.string.utf8.elementsEqual(other.string.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var copy = string
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
