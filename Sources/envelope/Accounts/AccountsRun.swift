import ArgumentParser
import Glibc
import JSON
import Mail
import Tools

/// One of the accounts' commands: opens the desk, prints what came out, sets the exit status.
struct AccountsRun {
    private let options: SettingsOptions
    private let isJSON: Bool

    init(_ options: SettingsOptions, json: Bool) {
        self.options = options
        self.isJSON = json
    }

    func run(
        _ body: (AccountDesk) async throws -> (text: String, json: JSON.Object, status: HouseRun.Status)
    ) async throws {
        let end: HouseRun.Status
        var words: CommandWords?
        do {
            let environment = Environment.variables
            let settings = try Settings(options, environment: environment)
            words = CommandWords(settings, environment)
            _ = try settings.logLevel()
            let desk = try await AccountDesk(settings, environment, now: { .now })
            let (text, json, status) = try await body(desk)
            print(isJSON ? JSON.object(json).prettyText : words?.text(text) ?? text)
            end = status
        } catch let failure as Failure {
            throw refused(words?.failure(failure) ?? failure)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            throw refused(Failure(.internal, "\(error)", hint: "Correct the settings, then try again."))
        }
        if end != .done { throw ExitCode(end.rawValue) }
    }

    private func refused(_ failure: Failure) -> ExitCode {
        // Nothing is queued by these commands: a person tries again.
        let status = HouseRun.Status(failure) == .usage ? HouseRun.Status.usage : .failed
        if isJSON {
            print(JSON.object(["error": .object(MailTools.report(failure))]).prettyText)
        } else {
            StandardError.write("envelope: \(failure.message)\n          \(failure.hint)\n")
        }
        return ExitCode(status.rawValue)
    }
}

/// Text for the person at the terminal, beside what is printed for programs.
enum StandardError {
    static func write(_ text: String) {
        let octets = Array(text.utf8)
        _ = octets.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
