internal import Mail

extension Reply {
    /// A reply with its enhanced status code (RFC 2034).
    init(_ code: Int, _ class: Int, _ subject: Int, _ detail: Int, _ text: String) {
        self.init(code: code, enhanced: EnhancedStatusCode(`class`, subject, detail), text: text)
    }

    /// A reply that carries no enhanced status code: the banner, EHLO and 354 (RFC 2034 §4).
    init(_ code: Int, plain text: String) {
        self.init(code: code, enhanced: nil, text: text)
    }

    /// The octets of the reply; a line feed in the text parts the lines of a multi-line reply (RFC 5321 §4.2.1).
    var wire: String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let status = enhanced.map { "\($0) " } ?? ""
        return lines.enumerated().map { index, line in
            "\(code)\(index == lines.count - 1 ? " " : "-")\(status)\(line)\r\n"
        }.joined()
    }
}
