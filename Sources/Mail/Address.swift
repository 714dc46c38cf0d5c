/// A local part at a domain (RFC 5321 §4.1.2 `Mailbox`): where mail goes, without a display name.
///
/// Made only by parsing, so an `Address` never holds CR, LF, NUL or any other control character, and a space
/// only inside a quoted local part: libcurl and SMTP servers take a CR LF inside a recipient as a second
/// command, and this type is the wall against that.
package struct Address: Hashable, Sendable, CustomStringConvertible {
    /// As given, dequoted where quoting was not needed and with its quotes where it was; Unicode where the
    /// mailbox needs SMTPUTF8 (RFC 6531).
    package let localPart: String
    /// A-labels in lower case (RFC 5890), or an address literal with its brackets.
    package let domain: String

    /// `local-part@domain` as it stands in MAIL and RCPT and in header fields.
    package var text: String { "\(localPart)@\(domain)" }
    package var description: String { text }

    /// True when the local part cannot be written in ASCII, so that the server must offer SMTPUTF8.
    package var needsSMTPUTF8: Bool { !localPart.utf8.allSatisfy { $0 < 0x80 } }

    init(localPart: String, domain: String) {
        self.localPart = localPart
        self.domain = domain
    }
}
