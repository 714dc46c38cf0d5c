/// A message from anyone, taken apart (RFC 5322, 2045, 2046); nothing in it is trusted and nothing makes it fail.
///
/// The work is bounded whatever comes: only the first `maximumOctets` are looked at (or as many as are asked for), `maximumDepth` levels and
/// `maximumParts` parts. What lies beyond is as if it were not there, so a part that is cut off ends there.
package struct IncomingMessage: Sendable {
    package static let maximumOctets = 1 << 20
    package static let maximumDepth = 8
    package static let maximumParts = 200

    /// The message itself as its outermost part.
    package let root: Part

    package var fields: MessageFields { root.fields }

    /// - Parameters:
    ///   - octets: the whole message or its beginning, with CRLF or LF.
    ///   - limit: how many of them are looked at.
    package init(_ octets: some Collection<UInt8>, limit: Int = maximumOctets) {
        var budget = Self.maximumParts
        root = Part(
            Array(octets.prefix(limit))[...], depth: 0, standard: "text/plain", budget: &budget)
    }

    package struct Part: Sendable {
        package let fields: MessageFields
        /// In lower case, without parameters: `text/plain`.
        package let type: String
        /// The parts of a multipart; of a message within a message that one.
        package let parts: [Part]
        let contentType: StructuredValue
        /// As they stand, still encoded.
        let octets: ArraySlice<UInt8>

        init(_ octets: ArraySlice<UInt8>, depth: Int, standard: String, budget: inout Int) {
            budget -= 1
            var body = octets
            fields = MessageFields(reading: &body)
            contentType = StructuredValue(parsing: fields["content-type"] ?? standard)
            type = contentType.value.utf8.contains(0x2F) ? contentType.value : standard
            self.octets = body
            var parts: [Part] = []
            if depth < IncomingMessage.maximumDepth {
                if type.hasPrefix("multipart/") {
                    let standard = type == "multipart/digest" ? "message/rfc822" : "text/plain"
                    var pieces = MultipartPieces(body, boundary: contentType.parameter("boundary"))
                    while budget > 0, let piece = pieces.next() {
                        parts.append(Part(piece, depth: depth + 1, standard: standard, budget: &budget))
                    }
                } else if type == "message/rfc822" || type == "message/global", budget > 0 {
                    // Some servers leave an empty line before the message they give back.
                    let inner = Self.decoded(body, fields["content-transfer-encoding"])
                        .drop { $0 == 0x0D || $0 == 0x0A }
                    parts = [Part(inner, depth: depth + 1, standard: "text/plain", budget: &budget)]
                }
            }
            self.parts = parts
        }

        /// What it holds, its transfer encoding undone.
        package var content: ArraySlice<UInt8> { Self.decoded(octets, fields["content-transfer-encoding"]) }

        /// The first `limit` octets of what it holds as text.
        package func text(limit: Int) -> String {
            // Encoded, an octet takes at most three.
            let front = Self.decoded(octets.prefix(limit * 3), fields["content-transfer-encoding"]).prefix(
                limit)
            return Charset.decode(Array(front), named: contentType.parameter("charset"))
        }

        private static func decoded(_ octets: ArraySlice<UInt8>, _ encoding: String?) -> ArraySlice<UInt8> {
            switch encoding.map({ StructuredValue(parsing: $0).value }) {
            case "base64": Base64.decode(octets)[...]
            case "quoted-printable": QuotedPrintable.decode(octets)[...]
            default: octets
            }
        }
    }
}
