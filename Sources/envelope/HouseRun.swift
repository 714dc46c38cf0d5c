import ArgumentParser
import Glibc
import JSON
import Mail
import Sending
import Store
import Tools

/// One operation by a person, in a house that is built for it and closed in order afterwards.
struct HouseRun {
    /// What a program that called it reads from the exit status.
    enum Status: Int32 {
        case done = 0
        case failed = 1
        /// Wrong usage or configuration.
        case usage = 2
        /// Queued or deferred (EX_TEMPFAIL).
        case temporary = 75

        init(_ send: SendRecord) {
            switch send.status {
            case .sent: self = .done
            case .failed: self = .failed
            case .queued: self = .temporary
            }
        }

        init(_ failure: Failure) {
            switch failure.code.category {
            case "request", "configuration", "account": self = .usage
            default: self = failure.retryable ? .temporary : .failed
            }
        }
    }

    private let options: SettingsOptions
    private let isJSON: Bool

    init(_ options: SettingsOptions, json: Bool) {
        self.options = options
        self.isJSON = json
    }

    /// - Parameter body: what to do; gives the lines to print for a person, the object to print as JSON, and the status.
    func run(
        _ body: (SendingService) async throws(Failure) -> (text: String, json: JSON.Object, status: Status)
    ) async throws {
        let environment = Environment.variables
        let settings: Settings
        do {
            settings = try Settings(options, environment: environment)
            _ = try settings.tools()
            _ = try settings.approval()
            _ = try settings.guardRails()
            _ = try settings.webhooks()
            _ = try settings.sentCopy()
            _ = try settings.imapPolling()
        } catch {
            throw refused(Failure(.internal, "\(error)", hint: "Correct the settings."), .usage)
        }
        let house = House(
            settings: settings, environment: environment, surroundings: .system(environment),
            logger: .standardError(level: settings.logLevel))
        let end: Status
        do throws(Failure) {
            let (text, json, status) = try await body(try await house.service().get())
            await house.finish(within: .seconds(5))
            print(isJSON ? JSON.object(json).prettyText : text)
            end = status
        } catch {
            await house.finish(within: .seconds(1))
            throw refused(error, Status(error))
        }
        if end != .done { throw ExitCode(end.rawValue) }
    }

    private func refused(_ failure: Failure, _ status: Status) -> ExitCode {
        if isJSON {
            print(JSON.object(["error": .object(MailTools.report(failure))]).prettyText)
        } else {
            let text = Array("envelope: \(failure.message)\n          \(failure.hint)\n".utf8)
            _ = text.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        }
        return ExitCode(status.rawValue)
    }
}

/// Reads the id of a send from the command line.
struct SendIDArgument: ParsableArguments {
    @Argument(help: "The id of the send, as send_email, `envelope list` or `envelope track` show it.") var id:
        String

    func value() throws -> SendID {
        guard let value = SendID(id) else {
            throw ValidationError(
                "\(id.debugDescription) is not the id of a send; find it with `envelope list`.")
        }
        return value
    }
}
