/// What an attachment is (RFC 2045 §5): `type/subtype`, with a charset at most.
struct ContentType: Hashable, Sendable {
    /// In lower case.
    let type: String
    /// In lower case.
    let subtype: String
    let charset: String?

    static let octets = ContentType(type: "application", subtype: "octet-stream", charset: nil)

    init(type: String, subtype: String, charset: String?) {
        self.type = type
        self.subtype = subtype
        self.charset = charset
    }

    /// - Throws: `invalidAttachment`; `field` is nil.
    init(parsing text: String) throws(Failure) {
        let pieces = text.split(separator: ";", omittingEmptySubsequences: false).map { String($0).trimmed }
        let names = (pieces.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(Self.isToken) else {
            throw Self.refusal(text, "is not of the form type/subtype")
        }
        var charset: String?
        for parameter in pieces.dropFirst() where !parameter.isEmpty {
            let sides = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, sides[0].lowercased() == "charset", charset == nil else {
                throw Self.refusal(text, "has a parameter other than one charset")
            }
            var value = sides[1]
            if value.count > 2, value.first == "\"", value.last == "\"" {
                value = value.dropFirst().dropLast()
            }
            guard Self.isToken(value) else { throw Self.refusal(text, "has a malformed charset") }
            charset = String(value)
        }
        self.init(type: names[0].lowercased(), subtype: names[1].lowercased(), charset: charset)
    }

    /// By the extension of a file name; `octets` when it says nothing to us.
    init(forFilename filename: String) {
        let lower = filename.lowercased()
        guard let dot = lower.lastIndex(of: "."),
            let found = Self.byExtension[String(lower[lower.index(after: dot)...])]
        else {
            self = .octets
            return
        }
        let halves = found.split(separator: "/")
        self.init(type: String(halves[0]), subtype: String(halves[1]), charset: nil)
    }

    /// `type/subtype`.
    var name: String { "\(type)/\(subtype)" }

    private static func isToken(_ text: Substring) -> Bool {
        (1...70).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.isAtomText && !"/?=".unicodeScalars.contains($0) || $0 == ".")
            }
    }

    private static func refusal(_ text: String, _ what: String) -> Failure {
        Failure(
            .invalidAttachment, "The content type \(text.quoted) \(what).",
            hint: "Write it as application/pdf or text/csv; charset=utf-8, or leave it out.")
    }

    /// What agents attach; any other extension is plain octets, which every reader offers to save.
    private static let byExtension: [String: String] = [
        "txt": "text/plain", "log": "text/plain", "md": "text/markdown", "csv": "text/csv",
        "tsv": "text/tab-separated-values", "htm": "text/html", "html": "text/html", "css": "text/css",
        "ics": "text/calendar", "vcf": "text/vcard", "js": "text/javascript",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
        "webp": "image/webp",
        "svg": "image/svg+xml", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff",
        "ico": "image/vnd.microsoft.icon", "heic": "image/heic", "avif": "image/avif",
        "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "m4a": "audio/mp4", "flac": "audio/flac",
        "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
        "pdf": "application/pdf", "json": "application/json", "xml": "application/xml",
        "yaml": "application/yaml", "yml": "application/yaml", "zip": "application/zip",
        "gz": "application/gzip", "tgz": "application/gzip", "tar": "application/x-tar",
        "7z": "application/x-7z-compressed", "rtf": "application/rtf", "eml": "message/rfc822",
        "epub": "application/epub+zip", "p7s": "application/pkcs7-signature",
        "doc": "application/msword", "xls": "application/vnd.ms-excel",
        "ppt": "application/vnd.ms-powerpoint",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt": "application/vnd.oasis.opendocument.text",
        "ods": "application/vnd.oasis.opendocument.spreadsheet",
        "odp": "application/vnd.oasis.opendocument.presentation",
    ]
}
