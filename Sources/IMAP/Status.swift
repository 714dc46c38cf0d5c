import Mail

/// OK, NO, BAD, PREAUTH or BYE, with its response code and words (RFC 9051 §7.1).
struct Status: Hashable {
    enum Condition: String, Hashable {
        case ok = "OK"
        case no = "NO"
        case bad = "BAD"
        case preauth = "PREAUTH"
        case bye = "BYE"

        init?(_ word: some Sequence<UInt8>) {
            self.init(rawValue: String(decoding: Array(word), as: UTF8.self).uppercased())
        }
    }

    let condition: Condition
    let code: ResponseCode?
    /// Untrusted; as it came.
    let text: String

    /// Reads what follows the tag: `NO [TRYCREATE] no such mailbox`; nil when it is no status.
    init?(_ octets: ArraySlice<UInt8>) {
        let word = octets.prefix { $0 != 0x20 }
        guard let condition = Condition(word) else { return nil }
        self.condition = condition
        var rest = octets[word.endIndex...].drop { $0 == 0x20 }
        var code: ResponseCode?
        if rest.first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) {
            let inside = rest[(rest.startIndex + 1)..<end]
            let name = inside.prefix { $0 != 0x20 }
            let argument = inside[name.endIndex...].drop { $0 == 0x20 }
            code = ResponseCode(
                name: Reply.printable(String(decoding: name, as: UTF8.self), limit: 40),
                argument: Reply.printable(String(decoding: argument, as: UTF8.self), limit: 200))
            rest = rest[(end + 1)...].drop { $0 == 0x20 }
        }
        self.code = code
        self.text = String(decoding: rest, as: UTF8.self)
    }
}
