extension NoticeReader {
    /// A line that names a recipient.
    struct Named {
        let address: Address
        /// Where the line says what it was made from: `(expanded from <list@example.com>)`.
        let original: Address?
        /// What stands behind it on the line.
        let rest: String

        /// Nil for any other line.
        init?(_ line: String, _ naming: DeliveryReport.Notice.Shape.Naming) {
            let octets = line.utf8[...]
            guard octets.count <= NoticeText.maximumLineLength, octets.contains(0x40), octets.first != 0x3E
            else {
                return nil
            }
            if naming == .sameLine, let status = Self.status(line) {
                self = status
                return
            }
            // Exchange writes a name with its address twice: `Ada (ada@example.com)<mailto:ada@example.com>`.
            if naming == .lines, let link = line.firstRange(ofWords: "<mailto:"), line.utf8.last == 0x3E,
                let address = Address.lenient(line[link.lowerBound...])
            {
                self = Named(address: address, rest: "")
                return
            }
            // The name is one word; a space may only stand in a quoted local part.
            var isQuoted = false
            let end =
                octets.firstIndex {
                    if $0 == 0x22 { isQuoted.toggle() }
                    return !isQuoted && ($0 == 0x20 || $0 == 0x09)
                } ?? octets.endIndex
            var word = octets[..<end]
            var behind = octets[end...].trimmed
            // `<ada@example.com>:reason`
            if word.first == 0x3C, let close = word.firstIndex(of: 0x3E), word[close...].count > 2 {
                behind = octets[octets.index(after: close)...].trimmed
                word = word[...close]
            }
            guard word.contains(0x40), let address = Address.lenient(word.asText) else { return nil }
            var original: Address?
            if behind.first == 0x28, let close = behind.firstIndex(of: 0x29) {
                let words = behind[..<close].asText.lowercased()
                if ["expanded from", "generated from"].contains(where: { words.contains($0) }) {
                    original = behind[..<close].split(separator: 0x20).last.flatMap {
                        Address.lenient($0.asText)
                    }
                    behind = behind[behind.index(after: close)...].trimmed
                }
            }
            let hasColon = word.last == 0x3A || behind.first == 0x3A
            if behind.first == 0x3A { behind = behind.dropFirst().trimmed }
            switch naming {
            case .lines:
                let isDated = behind.starts(with: "on ".utf8)
                guard behind.isEmpty || isDated else { return nil }
                if isDated { behind = octets[octets.endIndex...] }
            case .reasons: guard hasColon else { return nil }
            case .sameLine:
                let words = behind.asText.lowercased()
                guard words.contains("error_code") || words.contains("error code") else { return nil }
            case .sentence: return nil
            }
            self = Named(address: address, original: original, rest: behind.asText)
        }

        private init(address: Address, original: Address? = nil, rest: String) {
            self.address = address
            self.original = original
            self.rest = rest
        }

        /// `[Status: Error, Address: <ada@example.com>, ResponseCode 550, , Host not reachable.]`
        private static func status(_ line: String) -> Named? {
            guard line.lowercased().hasPrefix("[status:"), let open = line.firstIndex(of: "<"),
                let close = line[open...].firstIndex(of: ">"),
                let address = Address.lenient(line[open...close])
            else { return nil }
            let rest = line[line.index(after: close)...].utf8.drop { $0 == 0x2C || $0 == 0x20 }
            return Named(address: address, rest: rest.asText)
        }
    }
}
