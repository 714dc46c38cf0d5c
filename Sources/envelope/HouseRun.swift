import ArgumentParser
import JSON
import Logging
import Mail
import Sending
import Store
import Tools

/// One operation by a person, in a house that is built for it and closed in order afterwards.
struct HouseRun {
    /// What a program that called it reads from the exit status.
    enum Status: Int32 {
        case done = 0
        /// It was tried, and did not work.
        case failed = 1
        /// Wrong usage or configuration.
        case usage = 2
        /// Queued or deferred, or worth another try later (EX_TEMPFAIL).
        case temporary = 75

        init(_ send: SendRecord) {
            switch send.status {
            case .sent: self = .done
            case .failed: self = .failed
            case .queued: self = .temporary
            }
        }

        init(_ failure: Failure) { self.init(failure.code, isRetryable: failure.retryable) }

        /// Of a failure without a send.
        init(_ code: Failure.Code, isRetryable: Bool) {
            switch code {
            case .invalidRequest, .invalidAddress, .invalidAttachment, .notFound, .unknownAccount,
                .noAccountConfigured, .idempotencyConflict, .duplicateSend:
                self = .usage
            // Our own: the record, its key, the settings.
            case .internal: self = isRetryable ? .temporary : .usage
            default: self = isRetryable ? .temporary : .failed
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
        let logger: Logger
        do {
            settings = try Settings(options, environment: environment)
            _ = try settings.tools()
            try settings.check()
            logger = .standardError(level: try settings.logLevel())
        } catch {
            throw refused(Failure(.internal, "\(error)", hint: "Correct the settings."), .usage)
        }
        let words = CommandWords(settings, environment)
        let house = House(
            settings: settings, environment: environment, surroundings: .system(environment),
            logger: logger)
        let signals = StopSignals(house)
        let end: Status
        do throws(Failure) {
            let service = try await house.service().get()
            await signals.trap()
            let (text, json, status) = try await body(service)
            await house.finish(within: .seconds(5))
            print(isJSON ? JSON.object(words.object(json)).prettyText : words.text(text))
            await signals.passed()
            end = status
        } catch {
            await signals.passed()
            await house.finish(within: .seconds(1))
            let record = try? databasePath(settings, environment)
            throw refused(words.failure(record.map(error.looked(in:)) ?? error), Status(error))
        }
        if end != .done { throw ExitCode(end.rawValue) }
    }

    private func refused(_ failure: Failure, _ status: Status) -> ExitCode {
        if isJSON {
            print(JSON.object(["error": .object(MailTools.report(failure))]).prettyText)
        } else {
            StandardError.write("envelope: \(failure.message)\n          \(failure.hint)\n")
        }
        return ExitCode(status.rawValue)
    }
}

extension Failure {
    /// With the record that was looked into, where nothing was found: it may be another one than the server's.
    func looked(in record: String) -> Failure {
        if code != .notFound { return self }
        return Failure(
            code, "\(message) The record is \(record).",
            hint: hint + " A server with another record has its path in ENVELOPE_DB: give it with --db.",
            field: field)
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
