import Curl
package import Mail

/// What a look at a mailbox without reading anything showed.
package struct MailboxLogin: Sendable, Hashable {
    /// Why nothing can be seen there; nil when the login worked.
    package let failure: Failure?
    /// What the folder for sent messages is called; nil when there is none.
    package let sentFolder: String?
    /// The key of a server whose certificate is not trusted, as `IMAPOptions.publicKey` takes it.
    package let publicKey: String?

    package init(failure: Failure?, sentFolder: String? = nil, publicKey: String? = nil) {
        self.failure = failure
        self.sentFolder = sentFolder
        self.publicKey = publicKey
    }
}

extension IMAPClient {
    /// Logs in, looks for the folder of sent messages, and leaves.
    ///
    /// - Parameter name: as the provider is known to call it.
    package func checkLogin(sentFolder name: String? = nil) async -> MailboxLogin {
        do {
            let folder = try await withSession { session in try await session.sentFolder(named: name) }
            return MailboxLogin(failure: nil, sentFolder: folder?.text)
        } catch let error as IMAPError {
            let isUntrusted = error.curlCode == "CURLE_PEER_FAILED_VERIFICATION"
            return MailboxLogin(
                failure: error.failure, publicKey: isUntrusted ? await untrustedKey() : nil)
        } catch {
            return MailboxLogin(
                failure: Failure(
                    .internal, "The mailbox could not be tried: \(error).", hint: "Try again later.",
                    retryable: true))
        }
    }

    /// libcurl tells the key of a server only where one is pinned, so one is that nobody has.
    private func untrustedKey() async -> String? {
        if options.publicKey != nil { return nil }
        let nobody = "sha256//" + Base64.text([UInt8](repeating: 0, count: 32))
        do {
            let connection = try await engine.connect(
                request(nil, publicKey: nobody), deadline: .now + .seconds(5))
            await connection.close()
            return nil
        } catch {
            return error.session.publicKey
        }
    }
}
