/// A submission server's answer to one command (RFC 5321 §4.2).
package struct Reply: Hashable, Sendable, Codable {
    /// Three digits, 200 to 599.
    package let code: Int
    /// RFC 2034, when the server gave one.
    package let enhanced: EnhancedStatusCode?
    /// The server's words, untrusted: the lines joined by a space, without the codes, control characters
    /// removed, at most `maximumTextLength` characters.
    package let text: String

    package static let maximumTextLength = 500

    package init(code: Int, enhanced: EnhancedStatusCode?, text: String) {
        self.code = code
        self.enhanced = enhanced
        self.text = text
    }

    package var isPositive: Bool { (200..<300).contains(code) }
    package var isIntermediate: Bool { (300..<400).contains(code) }
    package var isTransient: Bool { (400..<500).contains(code) }
    package var isPermanent: Bool { (500..<600).contains(code) }
}
