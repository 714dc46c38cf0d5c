import ArgumentParser
import Glibc
import IMAP
import JSON
import Mail
import SMTP

/// `envelope config`: the entry that a host's settings need.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print a ready mcpServers entry for an agent host.",
        discussion: """
            With what the flags and the environment say here; the usual settings file and
            the accounts are found by themselves. A secret is not printed: keep it with
            `envelope accounts add`, or name a file for it. Nothing is changed.

              envelope config --sandbox
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(help: "As the other commands have it; it prints JSON always.") var json = false

    func run() async throws {
        let variables = Environment.variables
        let settings = try Settings(options, environment: variables)
        try settings.checkAll()
        try Self.checkURLs(settings)
        var environment: JSON.Object = [:]
        if let file = Settings.namedFile(options, variables) {
            environment["ENVELOPE_CONFIG"] = .string(SystemFile.absolute(file))
        }
        var secrets: [String] = []
        for origin in settings.origins where origin.source != Settings.fileSource {
            guard let value = origin.value else {
                secrets.append(origin.name)
                continue
            }
            environment[origin.name] = .string(Self.absolute(value, of: origin.name, settings))
        }
        // Not one of the settings: the file has no say in it.
        for suffix in ["", "_FILE", "_COMMAND"] {
            let name = SecretKeys.variable + suffix
            guard let value = variables[name], !value.isEmpty else { continue }
            if suffix == "_FILE" {
                environment[name] = .string(SystemFile.absolute(value))
            } else {
                secrets.append(name)
            }
        }
        var entry: JSON.Object = ["command": .string(Self.program)]
        if !environment.names.isEmpty { entry["env"] = .object(environment) }
        print(JSON.object(["mcpServers": ["envelope": .object(entry)]]).prettyText)
        if !secrets.isEmpty {
            StandardError.write(
                "envelope: left out, for each is a secret: \(secrets.joined(separator: ", ")). "
                    + "`envelope accounts add` keeps them sealed; or name a file, as ENVELOPE_SMTP_PASSWORD_FILE does.\n"
            )
        }
    }

    /// A server starts with an account that cannot be used, and says so to the agent; an entry for it helps nobody.
    private static func checkURLs(_ settings: Settings) throws(SettingsError) {
        do throws(Failure) {
            if let url = settings.smtpURL { _ = try SubmissionServer.parse(url: url) }
            if let url = settings.imapURL { _ = try IMAPServer.parse(url: url) }
        } catch {
            throw SettingsError("\(error.message) \(error.hint)")
        }
    }

    /// A host starts the program in another folder.
    private static func absolute(_ value: String, of variable: String, _ settings: Settings) -> String {
        if variable == "ENVELOPE_ATTACHMENT_ROOTS" {
            return settings.attachmentRoots.map(SystemFile.absolute).joined(separator: ",")
        }
        return variable == "ENVELOPE_DB" || variable.hasSuffix("_FILE") ? SystemFile.absolute(value) : value
    }

    /// Where this program is, with every link followed.
    private static var program: String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        return count > 0
            ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : "envelope"
    }
}
