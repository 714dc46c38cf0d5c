package import Mail

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The folder of messages that the sandbox took: one file each, trace fields on top, then the exact mail data.
///
/// The folder is made (0700) with the first message; files are 0600 and complete: a message is written under
/// another name, synced, and only then given its own. Several processes may share one folder.
package struct SandboxInbox: Sendable {
    /// Path of the folder; need not exist yet.
    package let folder: String
    let clock: @Sendable () -> Timestamp

    package init(folder: String, clock: @escaping @Sendable () -> Timestamp) {
        self.folder = folder
        self.clock = clock
    }

    /// Taken messages, newest first.
    ///
    /// - Parameter limit: how many at most; only so many files are opened.
    /// - Throws: `SandboxInboxError.system` when the folder cannot be read; a folder not made yet is just empty.
    package func list(limit: Int = 50) throws(SandboxInboxError) -> [SandboxMessage] {
        var messages: [SandboxMessage] = []
        for name in try messageNames().sorted(by: >) {
            if messages.count >= limit { break }
            // Someone may be emptying the folder right now: what is gone is not listed.
            guard let file = try InboxFile.reading("\(folder)/\(name.text)") else { continue }
            messages.append(SandboxMessage(name: name, head: try file.head(), fileSize: try file.size()))
        }
        return messages
    }

    /// The octets of a taken message, its trace fields included.
    ///
    /// - Throws: `SandboxInboxError.noSuchMessage` when there is none with this id.
    package func message(id: String) throws(SandboxInboxError) -> [UInt8] {
        // Parsing the id is also what keeps a path out of it.
        guard let name = MessageName(id: id), let file = try InboxFile.reading("\(folder)/\(name.text)")
        else {
            throw .noSuchMessage(id: id)
        }
        return try file.contents()
    }

    private func messageNames() throws(SandboxInboxError) -> [MessageName] {
        try fileNames().compactMap { MessageName(text: $0) }
    }

    /// Every name in the folder, drafts included; none when there is no folder yet.
    func fileNames() throws(SandboxInboxError) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw .system(call: "opendir", path: folder, errno: errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}

/// Why the inbox could not be read or written.
package enum SandboxInboxError: Error, Hashable, Sendable {
    case noSuchMessage(id: String)
    /// A system call failed; `errno` as in `errno.h`.
    case system(call: String, path: String, errno: Int32)
}
