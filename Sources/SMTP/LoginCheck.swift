package import Mail

/// What a session without mail showed: connect, TLS, EHLO, login, QUIT.
package struct LoginCheck: Sendable, Hashable {
    /// Why nothing could be sent now; nil when all is well.
    package let failure: Failure?
    /// Commands and replies, credentials struck out.
    package let conversation: [String]
    /// Octets that a message may have (RFC 1870); nil when the server names no limit.
    package let sizeLimit: Int?
    /// Where the port speaks otherwise than asked: the way that it does speak.
    package let otherWay: SubmissionServer.Security?
    /// The key of a server whose certificate is not trusted, as `SMTPOptions.publicKey` takes it.
    package let publicKey: String?

    package init(
        failure: Failure?, conversation: [String] = [], sizeLimit: Int? = nil,
        otherWay: SubmissionServer.Security? = nil, publicKey: String? = nil
    ) {
        self.failure = failure
        self.conversation = conversation
        self.sizeLimit = sizeLimit
        self.otherWay = otherWay
        self.publicKey = publicKey
    }
}
