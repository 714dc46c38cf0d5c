/// Reads the fields of a header section one after the other, unfolded (RFC 5322 §2.2.3).
struct FieldReader {
    private var rest: ArraySlice<UInt8>

    /// Octets read so far.
    var position: Int { rest.startIndex }

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field, its name in lower case; nil at the empty line, at the end, and at what is no field.
    mutating func next() -> (name: String, value: String)? {
        guard var line = nextLine(), let colon = line.firstIndex(of: 0x3A) else { return nil }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        line = line[(colon + 1)...]
        var value = Array(line)
        while let first = rest.first, first == 0x20 || first == 0x09, let more = nextLine() { value += more }
        return (name, String(decoding: value, as: UTF8.self).trimmingWhitespace)
    }

    private mutating func nextLine() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        var line = rest[..<end]
        if line.last == 0x0D { line.removeLast() }
        rest = rest[(end + 1)...]
        return line
    }
}

extension String {
    /// Without spaces and tabs at both ends.
    fileprivate var trimmingWhitespace: String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
