internal import Mail

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A message on its way into the inbox: written chunk by chunk as it comes, under a name that no list shows.
///
/// One that is not taken by `take()` removes its file when it goes.
final class Draft {
    /// How the name of a draft begins.
    static let prefix = ".taking-"

    private let inbox: SandboxInbox
    private let path: String
    private let file: InboxFile

    /// Makes the folder if need be, and the file with its trace fields on top.
    init(in inbox: SandboxInbox, for transaction: Dialogue.Transaction, from clientName: String)
        throws(SandboxInboxError)
    {
        self.inbox = inbox
        try inbox.makeFolder()
        var number = 0
        let process = getpid()
        var opened: InboxFile?
        var path = ""
        while opened == nil {
            path = "\(inbox.folder)/\(Self.prefix)\(process)-\(number)"
            opened = try InboxFile.making(path)
            number += 1
        }
        guard let opened else { throw .system(call: "open", path: path, errno: EEXIST) }
        self.path = path
        self.file = opened
        // Held until the file is closed, by a kill as well; it tells a draft under way from an abandoned one.
        _ = file.lock()
        let trace = Self.trace(transaction, clientName, inbox.clock())
        try write(Array(trace.utf8))
    }

    deinit { unlink(path) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SandboxInboxError) { try file.write(bytes) }

    private func write(_ bytes: [UInt8]) throws(SandboxInboxError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(SandboxInboxError) in try file.write(buffer) }
        }
        try result.get()
    }

    /// Puts the message into the inbox durably: on disk before it has its name, the name on disk before this ends.
    ///
    /// - Returns: the id of the message.
    func take() throws(SandboxInboxError) -> String {
        try file.sync()
        var name = MessageName(at: inbox.clock(), number: 1)
        // link, unlike rename, never replaces what another process took in the same millisecond.
        while link(path, "\(inbox.folder)/\(name.text)") != 0 {
            guard errno == EEXIST else { throw .system(call: "link", path: path, errno: errno) }
            name = MessageName(at: name.at, number: name.number + 1)
        }
        try inbox.syncFolder()
        return name.id
    }

    /// RFC 5321 §4.4, with one Delivered-To for each forward-path (RFC 9228).
    private static func trace(
        _ transaction: Dialogue.Transaction, _ clientName: String, _ date: Timestamp
    ) -> String {
        var text = "Return-Path: <\(transaction.reversePath)>\r\n"
        for forwardPath in transaction.forwardPaths { text += "Delivered-To: \(forwardPath)\r\n" }
        text +=
            "Received: from \(clientName) ([127.0.0.1])\r\n\tby sandbox.invalid with ESMTP; \(date.rfc5322)\r\n"
        return text
    }
}

extension SandboxInbox {
    /// Makes the folder and those above it that are missing, each 0700.
    func makeFolder() throws(SandboxInboxError) {
        if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw .system(call: "mkdir", path: folder, errno: errno) }
        var path = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            path += "/" + part
            if mkdir(path, 0o700) != 0, errno != EEXIST {
                throw .system(call: "mkdir", path: path, errno: errno)
            }
        }
    }

    /// Puts new names on disk: syncing a file does not sync its entry in the folder.
    func syncFolder() throws(SandboxInboxError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(call: "open", path: folder, errno: errno) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw .system(call: "fsync", path: folder, errno: errno) }
    }
}
