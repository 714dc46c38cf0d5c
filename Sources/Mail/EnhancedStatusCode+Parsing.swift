extension EnhancedStatusCode {
    /// Reads `5.1.1` (RFC 2034 §4: class 2, 4 or 5; subject and detail up to 999); nil for anything else.
    package init?(parsing text: some StringProtocol) {
        let parts = Substring(text).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ Self.isNumber($0) }), ["2", "4", "5"].contains(parts[0]),
            let `class` = Int(parts[0]), let subject = Int(parts[1]), let detail = Int(parts[2])
        else { return nil }
        self.init(`class`, subject, detail)
    }

    private static func isNumber(_ part: Substring) -> Bool {
        (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
