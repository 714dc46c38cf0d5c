/// MIME header fields and contents (RFC 2045 §2.4): the message itself or a part of its body.
struct Entity {
    enum Body {
        /// In transfer form already. `mayHoldBoundary` when it is 7bit: neither quoted-printable nor base64 can
        /// hold the `=_` that every boundary starts with.
        case lines([UInt8], mayHoldBoundary: Bool)
        /// Encoded only when it is written, so that a large attachment is held once.
        case base64([UInt8])
        case multipart(Multipart, [Entity])
    }

    /// How parts belong together (RFC 2046 §5.1, RFC 2387).
    enum Multipart: String {
        case mixed, alternative, related
    }

    /// Without the Content-Type of a multipart, which is written with its boundary.
    var fields: [FieldLine]
    var body: Body

    /// Text parts and attachments below this one, itself included.
    private var leaves: [Entity] {
        guard case .multipart(_, let parts) = body else { return [self] }
        return parts.flatMap(\.leaves)
    }

    /// What must not hold a boundary; nothing where there is none.
    var linesBetweenBoundaries: [[UInt8]] {
        guard case .multipart = body else { return [] }
        return leaves.compactMap { leaf in
            if case .lines(let bytes, mayHoldBoundary: true) = leaf.body { return bytes }
            return nil
        }
    }

    /// About the octets it takes when written; an attachment counts exactly.
    var estimatedSize: Int {
        let header = fields.reduce(100) { $0 + $1.text.utf8.count }
        return switch body {
        case .lines(let bytes, _): header + bytes.count
        case .base64(let bytes): header + Base64.size(ofLinesFor: bytes.count)
        case .multipart(_, let parts): parts.reduce(header) { $0 + $1.estimatedSize + 100 }
        }
    }

    func append(to output: inout [UInt8], boundary: Boundary) {
        for field in fields { field.append(to: &output) }
        switch body {
        case .lines(let bytes, _):
            output += "\r\n".utf8
            output += bytes
        case .base64(let bytes):
            output += "\r\n".utf8
            Base64.append(bytes, to: &output)
        case .multipart(let kind, let parts):
            let delimiter = boundary.delimiter(for: kind)
            var field = FieldLine("Content-Type")
            field.add("multipart/\(kind.rawValue)")
            // RFC 2387 §3.1: the type of the part that is shown, which is always the HTML.
            if kind == .related { field.addParameter("type", quoted: "text/html") }
            field.addParameter("boundary", quoted: delimiter)
            output += "\(field.text)\r\n\r\n".utf8
            for part in parts {
                output += "--\(delimiter)\r\n".utf8
                part.append(to: &output, boundary: boundary)
                // The CRLF before a delimiter belongs to it, so lines are kept to the octet; base64 and a nested
                // multipart end in a CRLF that means nothing and may serve.
                if part.needsLineBreakBehind { output += "\r\n".utf8 }
            }
            output += "--\(delimiter)--\r\n".utf8
        }
    }

    private var needsLineBreakBehind: Bool {
        switch body {
        case .lines: true
        case .base64(let bytes): bytes.isEmpty
        case .multipart: false
        }
    }
}
