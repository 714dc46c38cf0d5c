/// One case for a scripted peer: what it says and awaits on each connection, and what must come out of it.
///
/// The file begins with a sentence, then `key: value` lines, then an empty line, then the conversation in the marks
/// of RFC 5321 appendix D: `S:` is the peer, `C:` the program under test.
///
/// ```
/// One recipient of three is refused; the message goes to the others.
/// recipients: ada@example.org, nobody@example.org, cleo@example.org
/// outcomes: accepted rejected accepted
///
/// S: 220 peer.test ESMTP
/// C: EHLO *
/// ```
///
/// A `*` in a `C:` line stands for anything. What is not a line stands in parentheses: `C: (mail data)`,
/// `C: (some mail data)`, `C: (24 octets)`, `S: (drop)`, `S: (reset)`, `S: (stall)`, `S: (octet by octet) 250 ok`,
/// `S: (300000 times x)`, `S: (octets FF 00)`, `S: (without line end) 250`. A line `--- again ---` begins the next connection.
package struct Dialogue: Sendable, CustomStringConvertible {
    package enum Step: Sendable, Hashable {
        /// A line from the client; `*` stands for anything.
        case expect(String)
        /// Everything up to the final dot, which is the next step.
        case expectMailData
        /// At least one octet of it.
        case expectSomeMailData
        /// Exactly so many octets of whatever comes.
        case expectOctets(Int)
        case expectFinalDot
        case say([UInt8])
        case sayOctetByOctet([UInt8])
        case drop, reset, stall

        /// What the peer writes in this step.
        var octets: [UInt8]? {
            switch self {
            case .say(let octets), .sayOctetByOctet(let octets): octets
            default: nil
            }
        }
    }

    package let name: String
    package let title: String
    /// By key, lower case.
    package let settings: [String: String]
    /// The script of each connection, in the order in which they are made.
    package let connections: [[Step]]

    package var description: String { name }

    /// A list after a key, parted by commas; empty when the key is missing.
    package func list(_ key: String) -> [String] {
        (settings[key] ?? "").split(separator: ",").map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
    }
}

extension StringProtocol {
    func trimmingSpaces() -> String {
        var text = Substring(self)
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " || text.last == "\r" { text = text.dropLast() }
        return String(text)
    }
}
