import Curl
import Mail

/// As whom to log in to a mailbox, and with what proof; no print, log, dump or interpolation shows the proof.
package struct IMAPCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private enum Kind: Sendable, Hashable { case password, bearer }

    package let username: String
    private let kind: Kind
    private let secret: String

    /// AUTHENTICATE PLAIN or LOGIN, or the LOGIN command where a server knows neither (RFC 9051 §6.2.3).
    package static func password(username: String, _ password: String) -> IMAPCredentials {
        IMAPCredentials(username: username, kind: .password, secret: password)
    }

    /// AUTHENTICATE OAUTHBEARER (RFC 7628) or XOAUTH2 with an OAuth 2.0 access token.
    package static func bearer(username: String, _ token: String) -> IMAPCredentials {
        IMAPCredentials(username: username, kind: .bearer, secret: token)
    }

    package var description: String { "\(username) •••" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["username": username]) }

    package var isBearer: Bool { kind == .bearer }

    /// False when one is empty, or a control character is inside, with which the LOGIN command would end early and
    /// another begin.
    var isSayable: Bool {
        !username.isEmpty && !secret.isEmpty
            && (username + secret).unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// SASL mechanisms by name.
    static func mechanisms(isBearer: Bool) -> [String] {
        isBearer ? ["OAUTHBEARER", "XOAUTH2"] : ["PLAIN", "LOGIN"]
    }

    /// - Parameter byAnyMeans: lets libcurl fall back to the LOGIN command where no mechanism of ours is offered.
    func login(to server: IMAPServer, byAnyMeans: Bool) -> Login {
        Login(
            username: username, proof: isBearer ? .bearer(secret) : .password(secret),
            mechanisms: byAnyMeans ? ["*"] : Self.mechanisms(isBearer: isBearer),
            strikeout: strikeout(server))
    }

    /// The secret as it is, and as each mechanism writes it.
    func strikeout(_ server: IMAPServer) -> Strikeout {
        let initial =
            switch kind {
            case .password: ["\0\(username)\0\(secret)"]
            case .bearer:
                [
                    "user=\(username)\u{1}auth=Bearer \(secret)\u{1}\u{1}",
                    "n,a=\(username),\u{1}host=\(server.host)\u{1}port=\(server.port)"
                        + "\u{1}auth=Bearer \(secret)\u{1}\u{1}",
                ]
            }
        // The LOGIN command quotes both.
        var quoted = ""
        for character in secret { quoted += "\"\\".contains(character) ? "\\\(character)" : "\(character)" }
        return Strikeout(
            plain: [secret, quoted], encoded: ([secret] + initial).map { Base64.text(Array($0.utf8)) }
        )
    }
}
