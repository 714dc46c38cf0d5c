import Mail

/// The machine-readable part of a status response (RFC 9051 §7.1): `[APPENDUID 38505 3955]`, `[TRYCREATE]`.
package struct ResponseCode: Sendable, Hashable, CustomStringConvertible {
    /// Upper case: `UIDVALIDITY`, `AUTHENTICATIONFAILED`.
    package let name: String
    /// What follows the name, untrusted and printable; empty when nothing does.
    package let argument: String

    init(name: String, argument: String = "") {
        self.name = name.uppercased()
        self.argument = argument
    }

    package var description: String { argument.isEmpty ? "[\(name)]" : "[\(name) \(argument)]" }

    /// The whole argument as a number that IMAP allows.
    var number: UInt32? { UInt32(argument) }
}
