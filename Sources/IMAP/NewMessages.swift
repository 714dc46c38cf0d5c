/// How far a folder was read; to be kept between two looks.
package struct FolderCursor: Hashable, Sendable, Codable {
    /// Of the folder when it was read: with another one `lastUID` says nothing.
    package let uidValidity: UInt32
    /// The highest UID that was read; 0 for none.
    package let lastUID: UInt32

    package init(uidValidity: UInt32, lastUID: UInt32) {
        self.uidValidity = uidValidity
        self.lastUID = lastUID
    }
}

/// How much to read at a time.
package struct ReadingLimits: Hashable, Sendable {
    /// Messages at once.
    package var batch = 50
    /// Messages that are read when there is no cursor, or it counts no more: the newest.
    package var firstLook = 100
    /// Octets of a header section.
    package var header = 65_536
    /// Octets of what follows it.
    package var body = 262_144

    package init() {}
}

/// What came into a folder since a cursor, or the first part of it.
package struct NewMessages: Hashable, Sendable {
    /// By UID.
    package let messages: [FetchedMessage]
    /// Behind these messages.
    package let cursor: FolderCursor
    /// True when more is there already.
    package let hasMore: Bool
    /// True when the folder's UIDs began anew, so that messages may come that were read before.
    package let wasReset: Bool
}
