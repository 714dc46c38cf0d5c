/// What became of a copy that was to be filed.
package enum FiledCopy: Hashable, Sendable {
    /// The folder had the message before, so nothing was filed.
    case alreadyThere(uid: UInt32)
    /// The UID is nil where the server does not tell it.
    case filed(uid: UInt32?)
    /// The line was lost before the server's answer, and another look found no copy: it may still come. To call
    /// again later is safe, since it looks first.
    case unknown(IMAPError)
}
