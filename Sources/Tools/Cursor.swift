import Mail
import Sending
import Store

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The opaque place where a page of `list_sends` begins; it fits only the filter that it was made with.
struct Cursor {
    let position: ListPosition
    private let digest: String

    init(_ position: ListPosition, for filter: SendFilter) {
        self.position = position
        self.digest = Self.digest(filter)
    }

    /// - Throws: a failure that says whether it is no cursor at all or one of another list.
    init(_ text: String, for filter: SendFilter) throws(Failure) {
        let fields =
            Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }?.split(separator: " ") ?? []
        guard fields.count == 3, fields[0] == "v1", let id = SendID(String(fields[1]))
        else { throw Self.unknown }
        guard fields[2] == Self.digest(filter) else {
            throw Failure(
                .invalidRequest, "`cursor` belongs to a list with other filters.",
                hint: "Repeat the filters of the page before, or leave `cursor` out.", field: "cursor")
        }
        self.init(ListPosition(after: id), for: filter)
    }

    /// No cursor, or one of another record.
    static let unknown = Failure(
        .invalidRequest, "`cursor` is not one that list_sends made.",
        hint: "Pass `next_cursor` of the page before unchanged, or leave it out for the first page.",
        field: "cursor")

    var text: String {
        Data("v1 \(position.id) \(digest)".utf8).base64EncodedString()
    }

    /// FNV-1a over the filter: tells lists apart, protects nothing.
    private static func digest(_ filter: SendFilter) -> String {
        let fields: [String?] = [
            filter.status?.rawValue, filter.state?.rawValue, filter.account, filter.from?.text,
            filter.to?.text,
            filter.query, filter.tag, filter.since?.rfc3339, filter.until?.rfc3339,
        ]
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for field in fields {
            for byte in (field ?? "").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ (field == nil ? 0x100 : 0x101)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }
}
