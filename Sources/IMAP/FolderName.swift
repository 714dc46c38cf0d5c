/// The name of a folder on a server (a mailbox in the words of RFC 9051 §5.1), with its parents: `Archive/2026`.
package struct FolderName: Hashable, Sendable, CustomStringConvertible {
    /// In Unicode; what the server wrote, repaired, when that is no valid name.
    package let text: String
    /// In modified UTF-7, or exactly as the server wrote it.
    private let ascii: [UInt8]

    package static let inbox = FolderName(unchecked: "INBOX")

    private init(unchecked text: String, ascii: [UInt8]? = nil) {
        self.text = text
        self.ascii = ascii ?? ModifiedUTF7.encoded(text)
    }

    /// Throws `.notSayable` for an empty name, one over 1,000 octets, and one with control characters.
    package init(_ text: String) throws(IMAPError) {
        guard !text.isEmpty, text.utf8.count <= 1_000,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
        else {
            throw IMAPError(
                .notSayable, "naming a folder",
                "a folder's name has 1 to 1000 octets and no control characters")
        }
        self.init(unchecked: text)
    }

    /// As a server wrote it; nil when it can never be said back.
    init?(wire: [UInt8], isUTF8: Bool) {
        guard !wire.isEmpty, wire.count <= 4_000, wire.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return nil
        }
        if isUTF8 {
            guard let text = String(validating: wire, as: UTF8.self) else { return nil }
            self.init(unchecked: text)
        } else {
            self.init(
                unchecked: ModifiedUTF7.decoded(wire) ?? String(decoding: wire, as: UTF8.self), ascii: wire)
        }
    }

    package var description: String { text }

    /// Octets for a command, without quotes.
    func wire(isUTF8: Bool) -> [UInt8] { isUTF8 ? Array(text.utf8) : ascii }

    /// INBOX is the one name in which case does not count.
    package var isInbox: Bool { text.utf8.count == 5 && text.uppercased() == "INBOX" }
}
