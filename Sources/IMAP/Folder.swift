/// One line of LIST: a folder with what the server says of it.
package struct Folder: Hashable, Sendable {
    package let name: FolderName
    /// Lower case, with the backslash: `\sent`, `\noselect` (RFC 9051 §7.3.1, RFC 6154 §2).
    package let attributes: [String]
    /// What parts a folder from its parent; nil where there is no hierarchy.
    package let delimiter: Character?

    package var isSelectable: Bool {
        !attributes.contains("\\noselect") && !attributes.contains("\\nonexistent")
    }
}

/// A folder that is open for reading (RFC 9051 §6.3.2).
package struct OpenFolder: Hashable, Sendable {
    package let name: FolderName
    /// Changes when the UIDs of the folder count no more; 0 when the server keeps none.
    package let uidValidity: UInt32
    /// The UID that the next message will have at least; nil when the server does not say.
    package let uidNext: UInt32?
    /// How many messages there are.
    package let count: UInt32
}
