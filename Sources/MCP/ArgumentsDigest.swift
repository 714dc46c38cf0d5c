import JSON

/// A fingerprint of a request's arguments under the seal's key: the same for the same values, however they are written.
///
/// Arguments may hold 10 MiB of attachments, so there is never a second copy of them: chunks of 64 KiB of a form in
/// which no two values look alike go into a chain of codes.
struct ArgumentsDigest {
    private static let chunk = 1 << 16
    private let sign: @Sendable ([UInt8]) -> [UInt8]
    private var link: [UInt8] = []
    private var buffer: [UInt8] = []

    static func of(_ arguments: JSON.Object, sign: @escaping @Sendable ([UInt8]) -> [UInt8]) -> [UInt8] {
        var digest = ArgumentsDigest(sign: sign)
        digest.add(.object(arguments))
        // Neither tag begins a state, so a code of one kind is never taken for the other.
        return sign([2] + digest.link + digest.buffer)
    }

    private init(sign: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        self.sign = sign
        buffer.reserveCapacity(Self.chunk)
    }

    private mutating func add(_ value: JSON) {
        switch value {
        case .null, .bool, .integer: add("\(value.text);")
        // 1 and 1.0 are one value.
        case .number(let number): add("\(Int64(exactly: number).map(String.init) ?? number.description);")
        case .string(let text): add(text: text)
        case .array(let elements):
            add("[\(elements.count);")
            for element in elements { add(element) }
        case .object(let members):
            add("{\(members.count);")
            for member in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                add(text: member.key)
                add(member.value)
            }
        }
    }

    private mutating func add(text: String) {
        add("\"\(text.utf8.count);")
        add(text)
    }

    private mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Self.chunk - buffer.count)
                buffer.append(contentsOf: bytes[start..<end])
                start = end
                if buffer.count < Self.chunk { continue }
                link = sign([1] + link + buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
    }
}
