/// A file that goes along with a message; with a Content-ID, an image that the HTML shows (`cid:`, RFC 2392).
package struct Attachment: Sendable, Hashable {
    /// The last path component alone, at most 255 octets of UTF-8.
    package let filename: String
    /// `type/subtype`, with a `charset` at most; nil takes it from the file name's extension.
    package let contentType: String?
    package let content: [UInt8]
    /// With or without angle brackets.
    package let contentID: String?

    package init(filename: String, contentType: String? = nil, content: [UInt8], contentID: String? = nil) {
        self.filename = filename
        self.contentType = contentType
        self.content = content
        self.contentID = contentID
    }
}
