import CMark

/// CommonMark turned into HTML by libcmark in safe mode: no raw HTML, no `javascript:` links.
struct Markdown {
    /// A whole HTML document in UTF-8.
    let document: String
    /// True when raw HTML stood in the markdown and was left out.
    let omitsHTML: Bool

    init(_ text: String) {
        var source = text
        let rendered = source.withUTF8 { bytes -> String in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                guard
                    let html = cmark_markdown_to_html(
                        characters.baseAddress, characters.count, CMARK_OPT_SAFE)
                else {
                    return ""
                }
                // libcmark's default allocator is malloc's.
                defer { cmark_get_default_mem_allocator().pointee.free(html) }
                return String(cString: html)
            }
        }
        self.omitsHTML = rendered.contains(Self.omission)
        self.document =
            "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n\(rendered)</body>\n</html>\n"
    }

    /// What libcmark leaves in the place of raw HTML.
    private static let omission = "<!-- raw HTML omitted -->"
}
