/// Something that a server says, as far as this program asks for it (RFC 9051 §7).
enum Response: Hashable {
    /// The end of the command with that tag.
    case completed(tag: String, Status)
    case status(Status)
    /// `+`: the rest of the command is awaited.
    case continuation
    /// Upper case.
    case capability([String])
    case enabled([String])
    case list(attributes: [String], delimiter: [UInt8]?, name: [UInt8])
    case search([UInt32])
    case exists(UInt32)
    case fetch(FetchData)
    /// Said without being asked, or in answer to what nobody here asks.
    case other

    /// Reads a whole response; throws when one that counts is not as it must be.
    init(_ pieces: [ResponseFramer.Piece]) throws(Malformed) {
        guard case .text(let line)? = pieces.first else { throw Malformed("a response without text") }
        let head = line.prefix { $0 != 0x20 }
        if head.elementsEqual([UInt8(ascii: "+")]) {
            self = .continuation
            return
        }
        if !head.elementsEqual([UInt8(ascii: "*")]) {
            guard !head.isEmpty, let status = Status(line[head.endIndex...].dropFirst()),
                [.ok, .no, .bad].contains(status.condition)
            else {
                throw Malformed("a line is no response: \(String(decoding: line.prefix(100), as: UTF8.self))")
            }
            self = .completed(tag: String(decoding: head, as: UTF8.self), status)
            return
        }
        if let status = Status(line[head.endIndex...].dropFirst()) {
            self = .status(status)
            return
        }
        self = try Self.data(pieces)
    }

    private static func data(_ pieces: [ResponseFramer.Piece]) throws(Malformed) -> Response {
        var reader = ValueReader(pieces)
        _ = try reader.value()
        if reader.isAtEnd() { throw Malformed("an untagged response is empty") }
        let first = try reader.value()
        if let number = first.number {
            if reader.isAtEnd() { return .other }
            switch try reader.value().atom?.uppercased() {
            case "EXISTS": return .exists(number)
            case "FETCH":
                let data = try FetchData(reader.value())
                if !reader.isAtEnd() { throw Malformed("something follows the list of FETCH") }
                return .fetch(data)
            default: return .other
            }
        }
        switch first.atom?.uppercased() {
        case "CAPABILITY": return .capability(try reader.rest().compactMap { $0.atom?.uppercased() })
        case "ENABLED": return .enabled(try reader.rest().compactMap { $0.atom?.uppercased() })
        case "SEARCH":
            // RFC 7162 may put (MODSEQ 5) behind the numbers.
            return .search(try reader.rest().compactMap(\.number))
        case "LIST":
            guard let attributes = try reader.value().list else { throw Malformed("LIST without attributes") }
            let delimiter = try reader.value()
            guard let name = try reader.value().octets else { throw Malformed("LIST without a name") }
            return .list(
                attributes: attributes.compactMap { $0.atom?.lowercased() }, delimiter: delimiter.octets,
                name: name)
        default: return .other
        }
    }
}

/// What FETCH tells of one message: names in upper case, without `<0>`, and their values.
struct FetchData: Hashable {
    private var items: [String: Value] = [:]

    init(_ value: Value) throws(Malformed) {
        guard let list = value.list, list.count.isMultiple(of: 2) else {
            throw Malformed("FETCH without a list of names and values")
        }
        for index in stride(from: 0, to: list.count, by: 2) {
            guard let name = list[index].atom else { throw Malformed("FETCH names an item that is no atom") }
            items[Self.key(name)] = list[index + 1]
        }
    }

    subscript(name: String) -> Value? { items[name] }

    var uid: UInt32? { items["UID"]?.number }

    /// The octets of the section whose name begins so.
    func section(_ prefix: String) -> [UInt8]? {
        items.first { $0.key.hasPrefix(prefix) }?.value.octets
    }

    /// Takes over what a second response tells of the same message.
    mutating func merge(_ other: FetchData) { items.merge(other.items) { _, later in later } }

    private static func key(_ name: String) -> String {
        var name = name.uppercased()
        if name.hasSuffix(">"), let mark = name.lastIndex(of: "<") { name = String(name[..<mark]) }
        return name
    }
}
