import Mail
import SMTP
import Sending

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The keys that secrets in the record are sealed under: ENVELOPE_SECRET_KEY, or else a private file beside the record.
///
/// A change of the key leaves old and new beside each other (`.secret-key.next`, ENVELOPE_SECRET_KEY_NEW) until all is
/// sealed anew, and each secret names its key: a process killed in between leaves nothing that cannot be opened.
struct SecretKeys: Sendable {
    let file: KeyFile
    let nextFile: KeyFile
    /// The record's file.
    let database: String
    private let environment: [String: String]
    private let lockPath: String

    static let variable = "ENVELOPE_SECRET_KEY"
    static let nextVariable = "ENVELOPE_SECRET_KEY_NEW"

    /// With what the environment says of the keys: the value, a file (`_FILE`) or a command (`_COMMAND`), read now.
    static func read(
        beside database: String, environment: [String: String]
    ) async throws(Failure) -> SecretKeys {
        var values: [String: String] = [:]
        for variable in [variable, nextVariable] {
            func text(_ suffix: String) -> String? {
                environment[variable + suffix].flatMap { $0.isEmpty ? nil : $0 }
            }
            let place: SecretSource.Place? =
                text("").map { .value($0) } ?? text("_FILE").map { .file($0) }
                ?? text("_COMMAND").map { .command($0) }
            guard let place else { continue }
            do throws(SecretSource.Unreadable) {
                values[variable] = try await SecretSource(place: place, variable: variable).secret().reveal()
            } catch {
                throw Failure(
                    .internal, "The key of the record cannot be read: \(error.reason ?? "it was stopped").",
                    hint: "Correct \(variable), _FILE or _COMMAND, or unset it to use a private file.")
            }
        }
        return SecretKeys(beside: database, values)
    }

    /// - Parameter environment: the keys by their variables, in Base64.
    private init(beside database: String, _ environment: [String: String]) {
        file = KeyFile(path: database + ".secret-key")
        nextFile = KeyFile(path: database + ".secret-key.next")
        lockPath = database + ".secret-key.lock"
        self.database = database
        self.environment = environment
    }

    var isInEnvironment: Bool { !(environment[Self.variable] ?? "").isEmpty }

    /// What opens secrets; nil when there is no key at all.
    func vault() throws(Failure) -> SecretVault? {
        var keys: [[UInt8]] = []
        if let key = try fromEnvironment(Self.variable) { keys.append(key) }
        if let key = try file.read() { keys.append(key) }
        if let key = try fromEnvironment(Self.nextVariable) { keys.append(key) }
        if let key = try nextFile.read() { keys.append(key) }
        guard let first = keys.first else { return nil }
        return try vault(first, others: Array(keys.dropFirst()))
    }

    /// The same, with a key made where there is none.
    func vaultForSealing() throws(Failure) -> SecretVault {
        if let vault = try vault() { return vault }
        try file.make()
        guard let vault = try vault() else { throw file.failure("cannot be read") }
        return vault
    }

    /// The key that everything is to be sealed under from now on, and what follows when it is.
    func next() throws(Failure) -> (vault: SecretVault, commit: () throws(Failure) -> String) {
        if let key = try fromEnvironment(Self.nextVariable) {
            return (
                try vault(key, others: []),
                { () throws(Failure) -> String in
                    "Now put the value of \(Self.nextVariable) into \(Self.variable), and take \(Self.nextVariable) away."
                }
            )
        }
        if let key = try fromEnvironment(Self.variable) {
            return (
                try vault(key, others: []),
                { () throws(Failure) -> String in "The key is that in \(Self.variable)." }
            )
        }
        if try nextFile.read() == nil { try nextFile.make() }
        guard let key = try nextFile.read() else { throw nextFile.failure("cannot be read") }
        return (
            try vault(key, others: []),
            { () throws(Failure) -> String in
                try nextFile.replace(file)
                return "The key is in \(file.path)."
            }
        )
    }

    /// One process at a time seals, so that nothing is sealed under a key that another is about to throw away.
    func locked<Value>(_ body: () async throws -> Value) async throws -> Value {
        let letGo = try await lock()
        defer { letGo() }
        return try await body()
    }

    /// - Returns: what lets go of it.
    private func lock() async throws(Failure) -> @Sendable () -> Void {
        do {
            return try await FileLock(path: lockPath).taken()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.internal, "It was stopped.", hint: "Try again.", retryable: true)
        }
    }

    private func vault(_ key: [UInt8], others: [[UInt8]]) throws(Failure) -> SecretVault {
        do {
            return try SecretVault(key: key, others: others)
        } catch {
            throw file.failure("is no key of 32 octets")
        }
    }

    /// Base64 of 32 octets, whatever follows the variable's rules of line ends.
    private func fromEnvironment(_ name: String) throws(Failure) -> [UInt8]? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        guard let data = Data(base64Encoded: text), data.count == SecretVault.keySize else {
            throw Failure(
                .internal, "\(name) is not 32 octets in base64.",
                hint:
                    "Make a key with `openssl rand -base64 32`, or unset it to have one made in a private file."
            )
        }
        return Array(data)
    }

    /// For secrets that are read later, when their keys may have changed.
    var seal: SecretSeal {
        SecretSeal(
            sealing: { () throws(SealingFault) in
                do throws(Failure) { return try vaultForSealing() } catch { throw .noKey(error.message) }
            },
            opening: { () throws(SealingFault) in
                do throws(Failure) {
                    if let vault = try vault() { return vault }
                } catch { throw .noKey(error.message) }
                throw .noKey("\(file.path) is not there")
            }, holding: { () async throws(Failure) in try await lock() })
    }
}
