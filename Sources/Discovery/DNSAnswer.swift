/// A DNS message (RFC 1035 §4) read for its records of one type; every length and pointer in it is checked.
struct DNSAnswer {
    /// In the order of the message; what is not a host name is left out.
    let records: [DNSRecord]

    private static let mostRecords = 64

    /// Nil when the message is cut off, is no answer, or says an error.
    init?(_ octets: [UInt8], _ kind: DNSRecord.Kind) {
        var reader = Reader(octets: octets)
        guard let header = reader.take(12), header[2] & 0x80 != 0, header[3] & 0x0F == 0 else { return nil }
        let questions = Int(header[4]) << 8 | Int(header[5])
        let answers = Int(header[6]) << 8 | Int(header[7])
        for _ in 0..<questions {
            guard reader.name() != nil, reader.take(4) != nil else { return nil }
        }
        var records: [DNSRecord] = []
        for _ in 0..<answers {
            guard reader.name() != nil, let type = reader.number(), let group = reader.number(),
                reader.take(4) != nil,
                let length = reader.number(), reader.place + length <= octets.count
            else { return nil }
            let end = reader.place + length
            if group == 1, type == Int(kind.rawValue), let record = Self.record(kind, &reader, end: end) {
                records.append(record)
            }
            reader.place = end
            if records.count == Self.mostRecords { break }
        }
        self.records = records
    }

    private static func record(_ kind: DNSRecord.Kind, _ reader: inout Reader, end: Int) -> DNSRecord? {
        switch kind {
        case .exchange:
            guard let preference = reader.number(), let host = reader.name(), reader.place == end else {
                return nil
            }
            return .exchange(preference: preference, host: host)
        case .service:
            guard let priority = reader.number(), let weight = reader.number(), let port = reader.number(),
                let target = reader.name(), reader.place == end
            else { return nil }
            return .service(priority: priority, weight: weight, port: port, target: target)
        }
    }

    private struct Reader {
        let octets: [UInt8]
        var place = 0

        init(octets: [UInt8]) { self.octets = octets }

        mutating func take(_ count: Int) -> [UInt8]? {
            guard place + count <= octets.count else { return nil }
            defer { place += count }
            return Array(octets[place..<place + count])
        }

        mutating func number() -> Int? { take(2).map { Int($0[0]) << 8 | Int($0[1]) } }

        /// A name in lower case without its last dot; empty for the root, nil when it is none or not a host's.
        ///
        /// A pointer leads only back, each time further, so it ends; 255 octets at most (§2.3.4).
        mutating func name() -> String? {
            var labels: [String] = []
            var at = place
            var lowest = place
            var size = 0
            var hasJumped = false
            while true {
                guard at < octets.count else { return nil }
                let length = Int(octets[at])
                switch length & 0xC0 {
                case 0:
                    if length == 0 {
                        if !hasJumped { place = at + 1 }
                        return labels.joined(separator: ".")
                    }
                    guard at + 1 + length <= octets.count else { return nil }
                    size += length + 1
                    if size > 254 { return nil }
                    let label = octets[at + 1..<at + 1 + length]
                    guard label.allSatisfy(Self.isAllowed) else { return nil }
                    labels.append(String(decoding: label, as: UTF8.self).lowercased())
                    at += 1 + length
                case 0xC0:
                    guard at + 1 < octets.count else { return nil }
                    let target = (length & 0x3F) << 8 | Int(octets[at + 1])
                    guard target < lowest else { return nil }
                    if !hasJumped { place = at + 2 }
                    hasJumped = true
                    lowest = target
                    at = target
                default: return nil
                }
            }
        }

        private static func isAllowed(_ octet: UInt8) -> Bool {
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || octet == 0x2D || octet == 0x5F
        }
    }
}
