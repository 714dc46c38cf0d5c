extension IMAPSession {
    /// Every folder that the user may see, at most as many as there may be responses.
    package mutating func folders() async throws(IMAPError) -> [Folder] {
        try await list(Command("LIST").then("\"\" \"*\""))
    }

    /// The folders with a special use (RFC 6154), where the server tells them apart; else none.
    mutating func specialFolders() async throws(IMAPError) -> [Folder] {
        guard offers("SPECIAL-USE") else { return [] }
        do {
            return try await list(Command("LIST").then("(SPECIAL-USE) \"\" \"*\""))
        } catch {
            // Offered and not known: the attributes may come in a plain LIST.
            if error.kind == .unsupported || error.kind == .refused { return [] }
            throw error
        }
    }

    private mutating func list(_ command: Command) async throws(IMAPError) -> [Folder] {
        var folders: [Folder] = []
        let isUTF8 = isUTF8
        try await perform(command) { response in
            guard case .list(let attributes, let delimiter, let wire) = response,
                let name = FolderName(wire: wire, isUTF8: isUTF8)
            else { return }
            let mark = delimiter.flatMap { $0.count == 1 ? $0.first : nil }
            folders.append(
                Folder(
                    name: name, attributes: attributes, delimiter: mark.map { Character(Unicode.Scalar($0)) })
            )
        }
        return folders
    }

    /// The folder for sent messages: the one that the server marks `\Sent`, else the one that the provider is known
    /// to use, else one with a usual name; nil when there is none.
    ///
    /// - Parameter name: as the provider calls it: `[Gmail]/Sent Mail`.
    package mutating func sentFolder(named name: String? = nil) async throws(IMAPError) -> FolderName? {
        if let folder = SentFolder.marked(in: try await specialFolders()) { return folder }
        let folders = try await folders()
        return SentFolder.marked(in: folders) ?? SentFolder.named(in: folders, preferring: name)
    }

    /// Opens a folder for reading only: nothing in it changes, not even what is new (EXAMINE).
    ///
    /// Throws `.refused` when there is no such folder.
    @discardableResult
    package mutating func examine(_ folder: FolderName) async throws(IMAPError) -> OpenFolder {
        try await open(Command("EXAMINE"), folder)
    }

    /// Opens a folder for reading and writing (SELECT).
    @discardableResult
    package mutating func select(_ folder: FolderName) async throws(IMAPError) -> OpenFolder {
        try await open(Command("SELECT"), folder)
    }

    private mutating func open(_ command: Command, _ folder: FolderName) async throws(IMAPError) -> OpenFolder
    {
        var uidValidity: UInt32 = 0
        var uidNext: UInt32?
        var count: UInt32 = 0
        open = nil
        try await perform(command.then(string: folder.wire(isUTF8: isUTF8))) { response in
            switch response {
            case .exists(let number): count = number
            case .status(let status) where status.code?.name == "UIDVALIDITY":
                uidValidity = status.code?.number ?? 0
            case .status(let status) where status.code?.name == "UIDNEXT": uidNext = status.code?.number
            default: break
            }
        }
        let opened = OpenFolder(name: folder, uidValidity: uidValidity, uidNext: uidNext, count: count)
        open = opened
        return opened
    }

    /// Makes a folder, unless it is there, and subscribes to it, so that mail programs show it.
    package mutating func create(_ folder: FolderName) async throws(IMAPError) {
        let name = folder.wire(isUTF8: isUTF8)
        do {
            try await perform(Command("CREATE").then(string: name))
        } catch {
            if error.code?.name != "ALREADYEXISTS" { throw error }
        }
        do {
            try await perform(Command("SUBSCRIBE").then(string: name))
        } catch {
            // It is there, which is what was asked for.
            if error.endsSession { throw error }
        }
    }
}
