package import Mail

/// One entry of a list of those who may, or may not, be written to or as.
package enum AddressRule: Sendable, Hashable {
    /// `Address.caseless`.
    case address(String)
    /// Everybody at a domain: `example.org` or `@example.org`.
    case domain(String)
    /// Everybody below a domain, and not at it: `.example.org` or `*.example.org`.
    case subdomains(String)

    /// - Throws: `invalid_address`, with what may stand there.
    package init(parsing text: String) throws(Failure) {
        var text = String(text.drop { $0 == " " })
        while text.last == " " { text.removeLast() }
        do {
            if text.hasPrefix("*@") { text.removeFirst() }
            if text.hasPrefix("*.") { text.removeFirst() }
            // A name may hold a star, and a rule that is meant as a pattern would then match nobody.
            if text.contains("*") { throw Failure(.invalidAddress, "", hint: "") }
            if text.hasPrefix("@") {
                self = .domain(try Address(parsing: "a" + text).domain)
            } else if text.hasPrefix(".") {
                // With a label in front, because a top-level domain alone is no address's.
                self = .subdomains(String(try Address(parsing: "a@a" + text).domain.dropFirst(2)))
            } else if text.contains("@") {
                self = .address(try Address(parsing: text).caseless)
            } else {
                self = .domain(try Address(parsing: "a@" + text).domain)
            }
        } catch {
            throw Failure(
                .invalidAddress,
                "\(Reply.printable(text, limit: 80).debugDescription) is neither an address nor a domain.",
                hint:
                    "Write name@example.com, example.com for all at a domain, or .example.com for all below it."
            )
        }
    }

    package func matches(_ address: Address) -> Bool {
        switch self {
        case .address(let caseless): address.caseless == caseless
        case .domain(let domain): address.domain == domain
        case .subdomains(let domain): address.domain.hasSuffix("." + domain)
        }
    }
}

extension AddressRule: CustomStringConvertible {
    /// As it may be written in settings.
    package var description: String {
        switch self {
        case .address(let text): text
        case .domain(let domain): "@" + domain
        case .subdomains(let domain): "." + domain
        }
    }
}
