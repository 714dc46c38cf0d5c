package import Mail

/// A message as it lies in a folder, or the beginning of it.
package struct FetchedMessage: Hashable, Sendable {
    package let uid: UInt32
    /// Octets of the whole message, as the server counts them.
    package let size: Int
    /// When the folder got it.
    package let date: Timestamp?
    /// The header section with its empty line, cut at what was asked for.
    package internal(set) var header: [UInt8]
    /// What follows it, cut at what was asked for; empty when it was not asked for.
    package internal(set) var body: [UInt8] = []
    /// True when `header` and `body` are all of it.
    package var isWhole: Bool { header.count + body.count >= size }
}

extension IMAPSession {
    /// The header sections of messages of the open folder, by UID; those that are gone are left out.
    ///
    /// Nothing is marked as read.
    mutating func headers(of uids: [UInt32], upTo limit: Int) async throws(IMAPError) -> [FetchedMessage] {
        guard let set = UIDSet(uids) else { return [] }
        let command = Command("UID FETCH").then(set).then("(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0")
            .ending(partial: UInt32(clamping: max(1, limit)))
        let wanted = Set(uids)
        return try await messages(command, expecting: limit * uids.count).compactMap { data in
            guard let uid = data.uid, wanted.contains(uid), let header = data.section("BODY[HEADER]") else {
                return nil
            }
            return FetchedMessage(
                uid: uid, size: data["RFC822.SIZE"]?.number.map { Int($0) } ?? header.count,
                date: data["INTERNALDATE"]?.octets.flatMap { Timestamp(internalDate: $0) },
                header: Array(header.prefix(limit)))
        }
        .sorted { $0.uid < $1.uid }
    }

    /// What follows the header sections of messages, cut at `limit` octets, by UID.
    mutating func bodies(of uids: [UInt32], upTo limit: Int) async throws(IMAPError) -> [UInt32: [UInt8]] {
        guard limit > 0, let set = UIDSet(uids) else { return [:] }
        let command = Command("UID FETCH").then(set).then("(UID BODY.PEEK[TEXT]<0").ending(
            partial: UInt32(clamping: max(1, limit)))
        var bodies: [UInt32: [UInt8]] = [:]
        for data in try await messages(command, expecting: limit * uids.count) {
            if let uid = data.uid, let body = data.section("BODY[TEXT]") {
                bodies[uid] = Array(body.prefix(limit))
            }
        }
        return bodies
    }

    /// The octets of one message of the open folder, cut at `limit`; nil when it is gone. It is not marked as read.
    package mutating func message(_ uid: UInt32, upTo limit: Int) async throws(IMAPError) -> [UInt8]? {
        let command = Command("UID FETCH").then(uid).then("(UID BODY.PEEK[]<0").ending(
            partial: UInt32(clamping: max(1, limit)))
        return try await messages(command, expecting: limit).first { $0.uid == uid }?
            .section("BODY[]").map { Array($0.prefix(limit)) }
    }

    /// What a FETCH gives, drawn together by UID where a server tells of one message in parts.
    mutating func messages(_ command: Command, expecting size: Int) async throws(IMAPError) -> [FetchData] {
        var byUID: [UInt32: FetchData] = [:]
        try await perform(command, expecting: size) { response in
            // Without a UID it is news of flags, which nobody asked for.
            guard case .fetch(let data) = response, let uid = data.uid else { return }
            byUID[uid, default: data].merge(data)
        }
        return Array(byUID.values)
    }
}

extension Timestamp {
    /// Reads ` 7-Jul-2026 02:44:25 -0700` (`date-time`, RFC 9051 §9).
    init?(internalDate octets: [UInt8]) {
        let words = String(decoding: octets, as: UTF8.self).split(separator: " ")
        guard words.count == 3 else { return nil }
        let date = words[0].split(separator: "-", omittingEmptySubsequences: false)
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        guard date.count == 3, let month = months.firstIndex(of: date[1].lowercased()),
            words[2].utf8.count == 5
        else { return nil }
        let day = (date[0].count == 1 ? "0" : "") + date[0]
        let number = (month < 9 ? "0" : "") + String(month + 1)
        self.init(
            rfc3339: "\(date[2])-\(number)-\(day)T\(words[1])\(words[2].prefix(3)):\(words[2].suffix(2))")
    }

    /// The same, always in UTC: `22-Nov-2026 16:00:00 +0000`.
    var internalDate: String {
        // `Sun, 22 Nov 2026 16:00:00 +0000`
        let words = rfc5322.split(separator: " ").dropFirst()
        return words.prefix(3).joined(separator: "-") + " " + words.dropFirst(3).joined(separator: " ")
    }
}
