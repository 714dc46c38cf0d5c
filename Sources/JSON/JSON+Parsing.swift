extension JSON {
    /// Levels of arrays and objects that a text may have unless the caller says otherwise.
    package static let depth = 128

    /// Reads one text of RFC 8259, strictly: UTF-8 without a byte order mark, each name once in its object, no
    /// lone surrogate, no number beyond a double, nothing after the value.
    ///
    /// - Parameter depth: levels of arrays and objects allowed, at most 512: values are taken apart recursively
    ///   too, and the smallest stack here is 512 KiB.
    package init(parsing bytes: [UInt8], depth: Int = JSON.depth) throws(JSONError) {
        var parser = Parser(bytes, depth: min(depth, 512))
        self = try parser.text()
    }

    package init(parsing text: String, depth: Int = JSON.depth) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), depth: depth)
    }
}
