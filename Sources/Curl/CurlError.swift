/// Why libcurl could not do something, with the C name of its code, its words, and what was said until then.
package struct CurlError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case resolveFailed, connectFailed, tlsFailed, loginDenied, refused, timedOut, lineLost, cancelled
        /// Asked to send only to a quiet peer, and the peer had spoken or closed: nothing was sent.
        case notQuiet
        /// The request breaks a rule of ours and never left: see `detail`.
        case unfit
        /// Every address of the host is one that the request may not connect to: nothing was sent.
        case addressRefused
        /// The response is longer than the request allows.
        case tooLong
        /// The engine was shut down, or could not start.
        case stopped
        /// Anything else: see `name` and `detail`.
        case other
    }

    package let kind: Kind
    /// `CURLE_PEER_FAILED_VERIFICATION`; nil when the fault is ours (a deadline, a cancel, a shutdown).
    package let name: String?
    /// libcurl's words: one line, untrusted where it quotes the peer.
    package let detail: String
    /// How far a connect got, and its conversation; empty for a fault on an open line.
    package let session: Session

    package init(_ kind: Kind, name: String? = nil, detail: String, session: Session = Session()) {
        self.kind = kind
        self.name = name
        self.detail = detail
        self.session = session
    }

    static let cancelled = CurlError(.cancelled, detail: "cancelled")
    static let timedOut = CurlError(.timedOut, detail: "the deadline passed")
    static let exhausted = CurlError(.connectFailed, detail: "no thread or pipe is left for the engine")
    static let unloadable = CurlError(
        .connectFailed, name: "CURLE_FAILED_INIT",
        detail: "libcurl.so.4 cannot be loaded; on Debian it is in libcurl4")
    static let stopped = CurlError(.stopped, detail: "the engine was shut down")
    package static let notQuiet = CurlError(.notQuiet, detail: "the peer spoke or closed first")
    static let closed = CurlError(.lineLost, detail: "the connection is closed")
}
