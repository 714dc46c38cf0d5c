package import Mail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folders whose files an agent may attach by path; none by default, because a path is a way to read the machine.
package struct AttachmentRoots: Sendable, Hashable {
    /// Absolute, without a trailing slash.
    package let folders: [String]
    /// Octets; a larger file is refused before it is read.
    package let limit: Int

    package init(folders: [String], limit: Int) {
        self.folders = folders.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.limit = limit
    }

    /// The file's octets, as they are now; no symbolic link is followed below the root.
    package func read(_ path: String) throws(Failure) -> [UInt8] {
        guard let (root, names) = place(of: path) else { throw outside(path) }
        var descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        for (index, name) in names.enumerated() {
            let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
            let next = openat(descriptor, name, index == names.count - 1 ? flags : flags | O_DIRECTORY)
            let reason = errno
            close(descriptor)
            guard next >= 0 else { throw unreadable(path, reason) }
            descriptor = next
        }
        defer { close(descriptor) }
        return try octets(of: descriptor, path: path)
    }

    private func octets(of descriptor: Int32, path: String) throws(Failure) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(
                .invalidAttachment, "\(path) is not a regular file.", hint: "Give the path of a regular file."
            )
        }
        guard status.st_size <= limit else {
            throw Failure(
                .invalidAttachment, "\(path) has \(status.st_size) octets; at most \(limit) are allowed.",
                hint: "Attach a smaller file, or share a link to it.")
        }
        var octets = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < octets.count {
            let count = octets.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(filled)
                )
            }
            if count < 0 { throw unreadable(path, errno) }
            if count == 0 { break }
            filled += count
        }
        octets.removeLast(octets.count - filled)
        return octets
    }

    /// The root that holds the path and the names below it; nil for a relative path, `..`, or one outside.
    private func place(of path: String) -> (root: String, names: [String])? {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
        for root in folders where path.hasPrefix(root == "/" ? root : root + "/") {
            let names = path.dropFirst(root.count).split(separator: "/").map(String.init).filter { $0 != "." }
            return names.isEmpty || names.contains("..") ? nil : (root, names)
        }
        return nil
    }

    private func outside(_ path: String) -> Failure {
        folders.isEmpty
            ? Failure(
                .invalidAttachment,
                "Attaching by path is switched off: the rule attachment_root names no folder.",
                hint: "Give the file as content_base64, or start envelope with --attachment-root FOLDER.")
            : Failure(
                .invalidAttachment, "\(path) is not below a folder that the rule attachment_root names.",
                hint: "Give an absolute path, without .., below \(folders.joined(separator: " or ")).")
    }

    private func unreadable(_ path: String, _ number: Int32) -> Failure {
        let reason = number == ELOOP ? "it is a symbolic link" : String(cString: strerror(number))
        return Failure(
            .invalidAttachment, "\(path) cannot be read: \(reason).",
            hint: "Give the path of a readable regular file, without symbolic links on the way.")
    }
}
