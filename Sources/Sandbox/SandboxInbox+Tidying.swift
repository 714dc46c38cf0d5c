#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension SandboxInbox {
    /// Removes the drafts of processes that were killed in the middle of one.
    ///
    /// A draft under way is locked by its process, so it is left alone. What cannot be read or removed stays: it
    /// shows in no list and does no harm.
    func removeAbandonedDrafts() {
        for name in (try? fileNames()) ?? [] where name.hasPrefix(Draft.prefix) {
            guard let file = try? InboxFile.reading("\(folder)/\(name)"), file.lock() else { continue }
            unlink("\(folder)/\(name)")
        }
    }
}
