/// Markup that is safe to show: made of literals in this program's source, of other markup, and of text that was
/// escaped on its way in.
///
/// There is no way to make it of a string that came from elsewhere: an interpolated `String` is escaped, whatever it
/// holds, and a literal must be one at compile time. Escaped text is safe between tags and within quoted attributes,
/// and interpolations stand nowhere else.
struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    let text: String

    static let nothing: HTML = ""

    init(stringLiteral value: StaticString) { self.text = value.description }

    init(stringInterpolation: StringInterpolation) { self.text = stringInterpolation.text }

    /// Text as it is meant to be read.
    init(_ plain: String) {
        var interpolation = StringInterpolation(literalCapacity: plain.utf8.count, interpolationCount: 1)
        interpolation.appendInterpolation(plain)
        self.text = interpolation.text
    }

    /// All of it in a row.
    init(_ pieces: some Sequence<HTML>) {
        var text = ""
        for piece in pieces { text += piece.text }
        self.init(composed: text)
    }

    private init(composed text: String) { self.text = text }

    static func + (one: HTML, other: HTML) -> HTML { HTML(composed: one.text + other.text) }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        mutating func appendInterpolation(_ markup: HTML) { text += markup.text }

        mutating func appendInterpolation(_ markup: HTML?) { text += markup?.text ?? "" }

        mutating func appendInterpolation(_ number: Int) { text += String(number) }

        mutating func appendInterpolation(_ plain: String) {
            for scalar in plain.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                case "\n", "\t": text.unicodeScalars.append(scalar)
                // Lines of mail end in CRLF, those of a page in LF.
                case "\r": break
                default: text.unicodeScalars.append(scalar.isUnfit ? "\u{FFFD}" : scalar)
                }
            }
        }
    }
}

extension Unicode.Scalar {
    /// Controls, and what turns the direction of writing beyond its own text: with it one thing looks like another.
    fileprivate var isUnfit: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: true
        default: false
        }
    }
}
