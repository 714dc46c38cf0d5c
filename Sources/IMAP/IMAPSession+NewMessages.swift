extension IMAPSession {
    /// Reads what came into a folder since the cursor; opens the folder for that, and marks nothing as read.
    ///
    /// Without a cursor, or when UIDVALIDITY has changed, it begins with the newest `limits.firstLook` messages.
    ///
    /// - Parameter wantsBody: told each header section; what follows it is fetched for those alone.
    package mutating func newMessages(
        in folder: FolderName, after cursor: FolderCursor?, limits: ReadingLimits = ReadingLimits(),
        wantsBody: ([UInt8]) -> Bool = { _ in true }
    ) async throws(IMAPError) -> NewMessages {
        let opened = try await examine(folder)
        let known = cursor.flatMap { $0.uidValidity == opened.uidValidity ? $0 : nil }
        let found =
            if let known {
                try await uids(after: known.lastUID, in: opened, atLeast: limits.batch + 1)
            } else {
                try await newestUIDs(limits.firstLook, in: opened)
            }
        let batch = Array(found.uids.prefix(max(1, limits.batch)))
        let isAll = batch.count == found.uids.count
        let messages = try await read(batch, limits, wantsBody)
        return NewMessages(
            messages: messages,
            cursor: FolderCursor(
                uidValidity: opened.uidValidity,
                lastUID: isAll ? max(found.end, known?.lastUID ?? 0) : batch.last ?? 0),
            hasMore: !isAll || found.hasMore, wasReset: cursor != nil && known == nil)
    }

    private typealias Found = (uids: [UInt32], end: UInt32, hasMore: Bool)

    /// UIDs above `last`, in order; every UID up to `end` was looked at.
    ///
    /// Looks through the numbers piece by piece, so that no answer is longer than what is kept: a folder may have
    /// a million messages, or a million numbers and no message.
    private mutating func uids(
        after last: UInt32, in folder: OpenFolder, atLeast wanted: Int
    ) async throws(IMAPError) -> Found {
        guard last < .max, folder.count > 0 else { return ([], max(last, Self.end(folder)), false) }
        // Zero is no UID (RFC 9051 §2.3.1.1): who says so knows no next one.
        guard let next = folder.uidNext, next > 0 else {
            let all = try await search(Command("UID SEARCH UID").then(UIDSet(from: last + 1)))
            // The last message belongs to every set with a star.
            let uids = all.filter { $0 > last }
            return (uids, uids.last ?? last, false)
        }
        var uids: [UInt32] = []
        var end = last
        var width: UInt32 = 2_048
        for _ in 0..<40 {
            guard end < next - 1, uids.count < wanted else { break }
            let upper = next - 1 - end > width ? end + width : next - 1
            let piece = end + 1...upper
            uids += try await search(Command("UID SEARCH UID").then(UIDSet(piece))).filter(piece.contains)
            end = upper
            width = min(width * 2, 65_536)
        }
        return (uids, end, end < next - 1)
    }

    private mutating func newestUIDs(_ wanted: Int, in folder: OpenFolder) async throws(IMAPError) -> Found {
        guard folder.count > 0 else { return ([], Self.end(folder), false) }
        let kept = UInt32(clamping: max(1, wanted))
        let first = folder.count > kept ? folder.count - kept + 1 : 1
        let uids = try await search(Command("UID SEARCH").then(UIDSet(from: first)))
        let end = max(uids.last ?? 0, Self.end(folder))
        return wanted > 0 ? (Array(uids.suffix(wanted)), end, false) : ([], end, false)
    }

    private static func end(_ folder: OpenFolder) -> UInt32 {
        folder.uidNext.map { $0 > 0 ? $0 - 1 : 0 } ?? 0
    }

    private mutating func read(
        _ uids: [UInt32], _ limits: ReadingLimits, _ wantsBody: ([UInt8]) -> Bool
    ) async throws(IMAPError) -> [FetchedMessage] {
        var messages = try await headers(of: uids, upTo: limits.header)
        let wanted = messages.indices.filter {
            messages[$0].header.count < messages[$0].size && wantsBody(messages[$0].header)
        }
        // At most 8 MiB at once, whatever the limits are.
        let atOnce = max(1, 8_388_608 / max(1, limits.body))
        for start in stride(from: 0, to: wanted.count, by: atOnce) {
            let part = wanted[start..<min(start + atOnce, wanted.count)]
            let bodies = try await bodies(of: part.map { messages[$0].uid }, upTo: limits.body)
            for index in part { messages[index].body = bodies[messages[index].uid] ?? [] }
        }
        return messages
    }
}
