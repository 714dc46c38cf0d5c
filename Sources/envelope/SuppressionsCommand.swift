import ArgumentParser
import JSON
import Mail
import Sending
import Store

/// `envelope suppressions`: the addresses that are not written to any more.
struct SuppressionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions", abstract: "The addresses that are not written to any more.",
        discussion: """
            Mail to them came back because there is nobody (5.1.1, 5.1.2, 5.1.3), or a
            person added them. It holds for every account on this record.
            """,
        subcommands: [List.self, Add.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them, the oldest first.")

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await HouseRun(options, json: json).run { service throws(Failure) in
                let all = try service.suppressions()
                let text = all.isEmpty ? "No address is suppressed." : all.map(\.line).joined(separator: "\n")
                return (text, ["suppressions": .array(all.map { .object($0.report) })], .done)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Keep an address from being written to.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The address.", transform: SuppressionsCommand.parsed) var address: Address
        @Option(help: "Why, for the record and for the agent.") var reason = ""
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await HouseRun(options, json: json).run { service throws(Failure) in
                let (suppression, isNew) = try await service.suppress(address, reason: reason)
                var object = suppression.report
                object["added"] = .bool(isNew)
                let text = isNew ? "Suppressed: \(suppression.line)" : "It was already: \(suppression.line)"
                return (text, object, .done)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let an address be written to again.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The address.", transform: SuppressionsCommand.parsed) var address: Address
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await HouseRun(options, json: json).run { service throws(Failure) in
                try await service.lift(address)
                return (
                    "\(address) may be written to again.",
                    ["address": .string(address.text), "removed": true], .done
                )
            }
        }
    }

    @Sendable fileprivate static func parsed(_ text: String) throws -> Address {
        do {
            return try Address(parsing: text)
        } catch {
            throw ValidationError("\(error.message) \(error.hint)")
        }
    }
}

extension Suppression {
    /// For a person.
    fileprivate var line: String {
        let words = [address.text, since.rfc3339, status?.description ?? "by hand", reason]
        return words.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    fileprivate var report: JSON.Object {
        var object: JSON.Object = ["address": .string(address.text), "since": .string(since.rfc3339)]
        object["status"] = status.map { .string($0.description) }
        object["reason"] = .string(reason)
        object["send_id"] = send.map { .string($0.text) }
        return object
    }
}
