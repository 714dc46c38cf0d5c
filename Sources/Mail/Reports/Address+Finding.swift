extension Address {
    /// An address as servers write it in reports: in angle brackets or quotes, behind `mailto:`, with a colon, comma or
    /// full stop behind it; nil when it is none.
    static func lenient(_ text: some StringProtocol) -> Address? {
        guard text.utf8.count <= 400 else { return nil }
        var octets = Array(text.utf8)[...].trimmed
        if let open = octets.lastIndex(of: 0x3C), let close = octets.lastIndex(of: 0x3E), open < close {
            octets = octets[(open + 1)..<close].trimmed
        }
        let ends: [UInt8] = [0x3A, 0x3B, 0x2C, 0x2E, 0x27, 0x28, 0x29, 0x5B, 0x5D, 0x3C, 0x3E]
        while let first = octets.first, ends.contains(first) { octets.removeFirst() }
        while let last = octets.last, ends.contains(last) { octets.removeLast() }
        if octets.first == 0x22, octets.last == 0x22, octets.count > 2 {
            octets = octets.dropFirst().dropLast()
        }
        guard octets.contains(0x40), octets.count <= 320 else { return nil }
        let text = octets.asText
        let bare = text.lowercased().hasPrefix("mailto:") ? String(text.dropFirst(7)) : text
        return try? Address(parsing: bare)
    }

    /// The addresses of a field as `To` is (RFC 5322 §3.4), in order, each once; what is none is passed over.
    static func found(inList text: String, limit: Int = 100) -> [Address] {
        var found: [Address] = []
        for item in items(of: text) {
            guard let address = lenient(item), !found.contains(address) else { continue }
            found.append(address)
            if found.count == limit { break }
        }
        return found
    }

    /// Cut at the commas and group marks outside quotes, comments and brackets; comments dropped.
    private static func items(of text: String) -> [String] {
        var items: [String] = []
        var item: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        var comments = 0
        var isBracketed = false
        func end() {
            if !item.isEmpty { items.append(item.asText) }
            item = []
        }
        for octet in text.utf8 {
            if isEscaped {
                isEscaped = false
                if comments == 0 { item.append(octet) }
                continue
            }
            switch octet {
            case 0x5C: isEscaped = true
            case 0x22 where comments == 0: isQuoted.toggle()
            case 0x28 where !isQuoted: comments += 1
            case 0x29 where !isQuoted && comments > 0:
                comments -= 1
                continue
            case 0x3C where !isQuoted: isBracketed = true
            case 0x3E where !isQuoted: isBracketed = false
            case 0x2C where !isQuoted && !isBracketed && comments == 0,
                0x3A where !isQuoted && !isBracketed && comments == 0,
                0x3B where !isQuoted && !isBracketed && comments == 0:
                end()
                continue
            default: break
            }
            if comments == 0 { item.append(octet) }
        }
        end()
        return items
    }
}
