/// A message's HTML in a document of its own, which may show itself and do nothing else.
///
/// Three walls, each of which would do: the frame's `sandbox` without a word in it, the document's own policy, and
/// elements that could ask for something without the policy's knowledge are none any more.
struct Frame: Sendable {
    let html: String
    let parts: [MailPart]

    /// No scripts, no forms, no network; its own styles and pictures that are part of it.
    static let policy =
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        + "base-uri 'none'; frame-ancestors 'self'"

    /// Among them those that a policy does not govern: a `link` to a host is looked up, a `meta` goes elsewhere.
    private static let disarmed = [
        "link", "meta", "base", "script", "iframe", "frame", "object", "embed", "applet", "form", "portal",
        "fencedframe",
    ]

    var octets: [UInt8] {
        let head =
            "<!doctype html><html><head><meta charset=\"utf-8\"><title>Message</title><style>"
            + "html{color-scheme:light;background:#fff;color:#111;font:15px/1.5 system-ui,sans-serif}"
            + "body{margin:1rem;overflow-wrap:break-word}img{max-width:100%;height:auto}"
            // What was empty by its nature now holds what follows it, which is to be seen.
            + "x-script{display:none!important}x-meta,x-link,x-base,x-embed{display:contents}</style></head><body>"
        return Array(head.utf8) + Self.disarm(withPictures(Array(html.utf8)))
    }

    /// `<link` becomes `<x-link`: an element that no browser knows. A tag is one only with its name right behind the
    /// bracket or the slash, so none is missed.
    static func disarm(_ html: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(html.count)
        var place = 0
        while place < html.count {
            output.append(html[place])
            place += 1
            if html[place - 1] != UInt8(ascii: "<") { continue }
            if place < html.count, html[place] == UInt8(ascii: "/") {
                output.append(html[place])
                place += 1
            }
            let name = html[place...].prefix(12).map { $0 | 0x20 }
            if disarmed.contains(where: { name.starts(with: $0.utf8) }) { output += Array("x-".utf8) }
        }
        return output
    }

    /// What pictures may add to a document: a message may name one of 20 MiB a thousand times.
    static let pictureRoom = 32 * 1_048_576

    /// `cid:` URLs (RFC 2392) of pictures in the same message, as the pictures themselves while there is room.
    private func withPictures(_ html: [UInt8]) -> [UInt8] {
        let pictures = parts.filter { $0.type.hasPrefix("image/") && $0.type != "image/svg+xml" }.prefix(50)
            .compactMap { part -> (name: [UInt8], url: [UInt8])? in
                guard let id = part.contentID, !id.isEmpty, part.type.utf8.allSatisfy(Self.isPlain) else {
                    return nil
                }
                return (Array("cid:\(id)".utf8), Array("data:\(part.type);base64,".utf8) + part.base64)
            }
        if pictures.isEmpty { return html }
        var output: [UInt8] = []
        var room = Self.pictureRoom
        var place = 0
        while place < html.count {
            let picture =
                html[place] == UInt8(ascii: "c")
                ? pictures.first { Self.stands($0.name, at: place, in: html) } : nil
            if let picture, picture.url.count <= room {
                room -= picture.url.count
                output += picture.url
                place += picture.name.count
            } else {
                output.append(html[place])
                place += 1
            }
        }
        return output
    }

    /// Whole: `cid:logo` is not `cid:logo2`.
    private static func stands(_ name: [UInt8], at place: Int, in html: [UInt8]) -> Bool {
        guard html[place...].starts(with: name) else { return false }
        let end = place + name.count
        return end >= html.count || !isIdentifier(html[end])
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        (0x61...0x7A).contains(octet) || (0x30...0x39).contains(octet) || "/-+.".utf8.contains(octet)
    }

    private static func isIdentifier(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "@._-+%".utf8.contains(octet)
        }
    }
}
