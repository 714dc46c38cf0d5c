import Mail
import SMTP

extension AccountTransport {
    /// How long a person waits at a prompt; a server that takes longer is named so.
    private static let patience = Duration.seconds(20)

    /// Logs in on a connection of its own, without mail.
    func checkLogin() async -> LoginCheck {
        var credentials: Credentials?
        if let login {
            do throws(SecretSource.Unreadable) {
                credentials = login.credentials(try await login.source.secret())
            } catch {
                return LoginCheck(
                    failure: Failure(
                        .authFailed, "There is nothing to log in with: \(error.reason ?? "stopped").",
                        hint: "Correct the file or command that it names, or give the password anew with"
                            + " `envelope accounts add`.", phase: .auth))
            }
        }
        var options = options
        options.deadlines.connect = Self.patience
        let transport = SMTPTransport(server: server, credentials: credentials, options: options)
        let check = await transport.checkLogin()
        await transport.close()
        return check
    }
}
