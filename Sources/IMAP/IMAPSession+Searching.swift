package import Mail

extension IMAPSession {
    /// The UID of the message with that id in the open folder; the highest where there are several, nil where there
    /// is none.
    ///
    /// Believes neither a hit nor a miss of SEARCH alone, since some servers look for words and some look into an
    /// index that lags: a hit counts when its header says so, and after a miss the newest messages are read.
    ///
    /// - Parameter newest: how many of them.
    package mutating func find(_ id: MessageID, amongNewest newest: UInt32 = 30) async throws(IMAPError)
        -> UInt32?
    {
        var hits: [UInt32] = []
        do {
            hits = try await search(
                Command("UID SEARCH").then("HEADER Message-ID").then(string: Array(id.text.utf8)))
        } catch {
            // Some servers cannot search headers.
            if error.endsSession { throw error }
        }
        if let set = UIDSet(Array(hits.suffix(20))),
            let uid = try await holder(of: id, Command("UID FETCH").then(set))
        {
            return uid
        }
        guard let open, newest > 0, open.count > 0 else { return nil }
        let first = open.count > newest ? open.count - newest + 1 : 1
        return try await holder(of: id, Command("FETCH").then(UIDSet(from: first)))
    }

    /// The UIDs that a search gives, in order, each once.
    mutating func search(_ command: Command) async throws(IMAPError) -> [UInt32] {
        var found: Set<UInt32> = []
        try await perform(command, within: options.deadlines.search) { response in
            if case .search(let numbers) = response { found.formUnion(numbers) }
        }
        return found.sorted()
    }

    /// The highest UID among messages whose Message-ID is that.
    private mutating func holder(of id: MessageID, _ fetch: Command) async throws(IMAPError) -> UInt32? {
        var highest: UInt32?
        let command = fetch.then("(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.4096>)")
        for message in try await messages(command, expecting: 4_096) {
            guard let uid = message.uid, let header = message.section("BODY[HEADER.FIELDS"),
                Self.holds(header, id)
            else { continue }
            highest = max(highest ?? 0, uid)
        }
        return highest
    }

    /// True when the field's value is the id, however the line is folded.
    private static func holds(_ header: [UInt8], _ id: MessageID) -> Bool {
        let value = header.drop { $0 != UInt8(ascii: ":") }.dropFirst().filter { $0 > 0x20 }
        return value.elementsEqual(id.text.utf8)
    }
}
