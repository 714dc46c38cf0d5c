import Mail
import SMTP

#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
import Foundation

/// Where a password or token is to be had; read when the first message needs it.
enum SecretSource: Sendable {
    case value(String)
    case file(String)
    /// Given to `/bin/sh -c`, as password managers' commands are.
    case command(String)

    /// - Throws: what could not be read, never with the secret in it.
    func secret() throws(Failure) -> Secret {
        switch self {
        case .value(let value): return Secret(value)
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Self.unreadable("the file \(path) cannot be read")
            }
            return try Self.secret(in: data, of: "the file \(path)")
        case .command(let command): return try Self.output(of: command)
        }
    }

    private static func output(of command: String) throws(Failure) -> Secret {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        do { try process.run() } catch { throw unreadable("its command cannot be started") }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw unreadable("its command ended with status \(process.terminationStatus)")
        }
        return try secret(in: data, of: "the output of its command")
    }

    /// The text without the line break that editors and commands put behind it.
    private static func secret(in data: Data, of source: String) throws(Failure) -> Secret {
        let text = String(decoding: data, as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        if line.isEmpty { throw unreadable("\(source) is empty") }
        return Secret(line)
    }

    private static func unreadable(_ reason: String) -> Failure {
        Failure(
            .authFailed, "The secret for the mailbox could not be read: \(reason).",
            hint: "Tell the person who runs this server to correct ENVELOPE_SMTP_PASSWORD, _FILE or _COMMAND"
                + " (or ENVELOPE_SMTP_TOKEN and its kin).")
    }
}
