/// The parameters of MAIL that the sandbox offers: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531).
struct MailParameters: Equatable {
    /// Octets, as the client declared them.
    private(set) var size: Int?
    private(set) var is8Bit = false
    private(set) var isSMTPUTF8 = false

    init() {}

    init(parsing text: Substring) throws(Refusal) {
        var seen: Set<String> = []
        for parameter in text.split(separator: " ") {
            let keyword = parameter.prefix { $0 != "=" }.uppercased()
            let value = parameter.dropFirst(keyword.count + 1)
            guard seen.insert(keyword).inserted else {
                throw Refusal(501, 5, 5, 4, "\(keyword) is given twice")
            }
            switch (keyword, value.uppercased()) {
            case ("SIZE", let digits):
                guard digits.utf8.count <= 18, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    let octets = Int(digits)
                else { throw Refusal(501, 5, 5, 4, "SIZE takes a number of octets") }
                size = octets
            case ("BODY", "7BIT"): break
            case ("BODY", "8BITMIME"): is8Bit = true
            case ("BODY", _): throw Refusal(501, 5, 5, 4, "BODY is 7BIT or 8BITMIME")
            case ("SMTPUTF8", ""): isSMTPUTF8 = true
            default: throw Refusal(555, 5, 5, 4, "MAIL parameter not offered")
            }
        }
    }
}
