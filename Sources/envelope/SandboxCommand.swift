import ArgumentParser
import Glibc
import JSON
import Mail
import Sandbox

/// Looks into the sandbox's inbox: what an agent would have sent.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Look at the messages that the sandbox took.",
        discussion: "These addresses play a fault; every other address is taken:\n\n"
            + SimulatedAddress.allCases.map { "  \($0.address)  \($0.summary)" }.joined(separator: "\n"),
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    /// The messages, newest first.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the messages, newest first.")

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            guard limit > 0 else { throw ValidationError("--limit is 1 or more.") }
            let (inbox, words) = try await inbox(options)
            let messages: [SandboxMessage]
            do throws(SandboxInboxError) {
                messages = try inbox.list(limit: limit)
            } catch {
                throw words.failure(Failure(error, inbox))
            }
            if json {
                return print(JSON.array(messages.map { .object(Self.object($0)) }).prettyText)
            }
            if messages.isEmpty { return print("The sandbox has taken no message yet.") }
            for message in messages {
                print("\(message.id)  \(message.at.rfc3339)  \(message.size) octets")
                print("  from \(message.reversePath)  to \(message.recipients.joined(separator: ", "))")
                print("  \(message.subject ?? "(no subject)")")
            }
        }

        private static func object(_ message: SandboxMessage) -> JSON.Object {
            [
                "id": .string(message.id), "at": .string(message.at.rfc3339),
                "from": .string(message.reversePath),
                "to": .array(message.recipients.map(JSON.string)), "subject": .string(message.subject ?? ""),
                "size": .integer(Int64(message.size)),
            ]
        }
    }

    /// One message, exactly as it was taken.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a message with the trace fields on top, exactly as it was taken.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The id that `envelope sandbox list` shows.") var id: String

        func run() async throws {
            let (inbox, words) = try await inbox(options)
            let octets: [UInt8]
            do throws(SandboxInboxError) {
                octets = try inbox.message(id: id)
            } catch {
                throw words.failure(Failure(error, inbox))
            }
            try octets.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let count = write(1, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count < 0 { throw ExitCode(74) }
                    rest = rest.dropFirst(count)
                }
            }
        }
    }

    private static func inbox(_ options: SettingsOptions) async throws -> (SandboxInbox, CommandWords) {
        let settings = try Settings(options, environment: Environment.variables)
        let path = try databasePath(settings, Environment.variables)
        return (
            SandboxInbox(folder: sandboxFolder(beside: path), clock: { .now }),
            CommandWords(settings, Environment.variables)
        )
    }
}

extension Failure {
    fileprivate init(_ error: SandboxInboxError, _ inbox: SandboxInbox) {
        switch error {
        case .noSuchMessage(let id):
            self.init(
                .notFound, "The sandbox has no message \(Reply.printable(id, limit: 60)) in \(inbox.folder).",
                hint:
                    "`envelope sandbox list` shows those that it has; --db names the record of another sandbox.",
                field: "id")
        case .system(_, let path, let number):
            self.init(
                .internal, "\(path) cannot be read: \(String(cString: strerror(number))).",
                hint: "Correct who may read it, or name another record with --db.")
        }
    }
}
