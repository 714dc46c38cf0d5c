import Mail
import SMTP

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a password or token is to be had; read when a message is about to be sent.
struct SecretSource: Sendable {
    enum Place: Sendable {
        case value(String)
        case file(String)
        /// Given to `/bin/sh -c`, as password managers' commands are.
        case command(String)
        /// Access tokens of a stored account, renewed as they run out.
        case tokens(OAuthTokens)
    }

    let place: Place
    /// The environment's name for the setting, whoever set it.
    let variable: String

    /// Why there is no secret, as a clause; never with the secret in it. Nil when the task was cancelled.
    struct Unreadable: Error {
        let reason: String?
        /// Set where it is about a token that is renewed.
        var token: TokenFault?
    }

    static let commandDeadline = Duration.seconds(15)

    /// How long a reading may be used again, seconds. A command may ask a person or a server; a file costs nothing.
    private var keep: Double {
        switch place {
        case .value, .file, .tokens: 0
        case .command: 60
        }
    }

    /// True when there is another secret to be had once the server has refused one.
    var isRenewable: Bool { if case .tokens = place { true } else { false } }

    /// The secret, and for how many seconds it may be used again.
    ///
    /// - Parameter refused: one that the server has just refused.
    func reading(insteadOf refused: Secret? = nil) async throws(Unreadable) -> (secret: Secret, keep: Double)
    {
        guard case .tokens(let tokens) = place else { return (try await secret(), keep) }
        do throws(TokenFault) {
            let token = try await tokens.token(insteadOf: refused)
            // Looked at again now and then: somebody may have signed in anew.
            return (token.secret, min(max(token.goodFor, 0), 60))
        } catch {
            throw Unreadable(reason: error.kind == .cancelled ? nil : error.reason, token: error)
        }
    }

    func secret(insteadOf refused: Secret? = nil) async throws(Unreadable) -> Secret {
        switch place {
        case .tokens: return try await reading(insteadOf: refused).secret
        case .value(let value): return Secret(value)
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw unreadable("the file \(path) cannot be read")
            }
            return try secret(in: data, of: "the file \(path)")
        case .command(let line):
            let command = ShellCommand(line: line, deadline: Self.commandDeadline)
            let output: [UInt8]
            do throws(ShellCommand.Fault) {
                // The key of the record is no business of a password manager.
                output = try await command.output(
                    environment: Environment.variables.filter { !$0.key.hasPrefix(SecretKeys.variable) })
            } catch {
                throw unreadable(error)
            }
            return try secret(in: output, of: "the output of its command")
        }
    }

    /// The text without the line break that editors and commands put behind it.
    private func secret(in octets: some Sequence<UInt8>, of source: String) throws(Unreadable) -> Secret {
        let lines = octets.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
        guard let line = lines.first, !line.isEmpty else { throw unreadable("\(source) is empty") }
        return Secret(String(decoding: line, as: UTF8.self))
    }

    private func unreadable(_ fault: ShellCommand.Fault) -> Unreadable {
        switch fault {
        case .notStarted: unreadable("its command cannot be started")
        case .tooSlow: unreadable("its command did not end within \(Self.commandDeadline)")
        case .tooLong: unreadable("its command prints too much for a secret")
        case .ended(let status): unreadable("its command ended with status \(status)")
        case .cancelled: Unreadable(reason: nil)
        }
    }

    private func unreadable(_ reason: String) -> Unreadable {
        Unreadable(
            reason:
                "the login's secret could not be read: \(reason); the person who runs this server has to correct "
                + variable)
    }
}
