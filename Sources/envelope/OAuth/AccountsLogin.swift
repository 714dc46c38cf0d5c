import ArgumentParser
import JSON
import Mail
import Store

extension AccountsCommand {
    /// A person's sign-in, once more.
    struct Login: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign in again with OAuth 2.0; what waits for it goes out.",
            discussion: """
                For an account that was set up with --oauth: after a password was changed, the
                access was taken away, or nothing was sent for months. The client, its secret
                and the endpoints are kept unless given anew. With --json the page and the code
                to sign in with come first, as one line. Exit status: 0 signed in and logged
                in, 1 not, 75 signed in, but the mail server cannot be reached now.
                """)

        @OptionGroup var options: SettingsOptions
        @OptionGroup var oauth: OAuthOptions
        @Argument(help: "The account's name, sender or id.") var name: String
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await AccountsRun(options, json: json).run { desk in
                let account = try desk.account(name)
                let failure = try await desk.signInAgain(
                    account, OAuthSignIn(options: oauth, settings: desk.settings, isJSON: json))
                var object: JSON.Object = [
                    "account": .object(account.report), "works": .bool(failure == nil),
                ]
                object["error"] = failure.map { .string($0.message) }
                return (
                    failure.map { "Signed in and kept; the mail server could not be tried: \($0.message)" }
                        ?? "✔ \(account.name): signed in, and logged in to \(account.url).",
                    object, failure == nil ? .done : .temporary
                )
            }
        }
    }
}
