extension Address {
    /// The same for all spellings that differ only in the case of ASCII letters.
    ///
    /// RFC 5321 §2.4 lets a host tell `Ada@` from `ada@`, and advises against it; none is known that does. What is kept
    /// from being written to must not be reached by another spelling, so rules and suppressions compare this, and not
    /// the address.
    package var caseless: String {
        String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
