extension MessageID {
    /// The ids in a field as `References` and `In-Reply-To` are, in order, each once; phrases and comments between
    /// them are passed over.
    package static func found(in text: String, limit: Int = 100) -> [MessageID] {
        var found: [MessageID] = []
        var start: String.Index?
        let octets = text.utf8
        for index in octets.indices {
            switch octets[index] {
            case 0x3C: start = index
            case 0x3E:
                guard let opened = start else { continue }
                start = nil
                if let id = bounded(text[opened...index]), !found.contains(id) { found.append(id) }
                if found.count == limit { return found }
            default: continue
            }
        }
        // Some servers leave the brackets out.
        if found.isEmpty, let id = bounded(text[...]) { found.append(id) }
        return found
    }

    private static func bounded(_ text: Substring) -> MessageID? {
        guard text.utf8.count <= 1000 else { return nil }
        // Some fold an id in its middle.
        return try? MessageID(parsing: text.utf8.filter { $0 != 0x20 && $0 != 0x09 }.asText)
    }
}
