import Glibc
import Mail
import SMTP
import Sending
import Store

/// Looks at everything that sending needs, one after another; changes nothing.
struct Examination {
    let settings: Settings
    let environment: [String: String]
    let isOffline: Bool

    init(_ settings: Settings, _ environment: [String: String], isOffline: Bool) {
        self.settings = settings
        self.environment = environment
        self.isOffline = isOffline
    }

    func findings() async -> [Finding] {
        var findings = configuration()
        let path: String
        do throws(Failure) {
            path = try databasePath(settings, environment)
        } catch {
            return findings + [Finding("record", .wrong, error.message, fix: error.hint)]
        }
        let keys: SecretKeys
        do throws(Failure) {
            keys = try await SecretKeys.read(beside: path, environment: environment)
        } catch {
            return findings + [Finding("secret key", .wrong, error.message, fix: error.hint)]
        }
        guard !SystemFile.isMissing(path) else {
            findings.append(
                Failure.unmakable(path).map { Finding("record", .wrong, $0.message, fix: $0.hint) }
                    ?? Finding("record", .note, "\(path) is not there yet; the first send makes it"))
            return findings + (await accounts(nil, keys))
        }
        do {
            let store = try Store.open(at: path)
            findings += record(store, path, keys)
            findings += await accounts(store, keys)
            try store.close()
        } catch {
            findings.append(Finding("record", .wrong, "\(error)", fix: Failure.unopenable(error).hint))
        }
        return findings
    }

    private func configuration() -> [Finding] {
        var findings = settings.origins.map { origin in
            Finding(
                "setting", .note,
                "\(origin.name) = \(origin.value.map { Reply.printable($0, limit: 300) } ?? "•••") (\(origin.source))"
            )
        }
        findings += Settings.strangers(in: environment).map { Finding("setting", .note, $0) }
        do {
            try settings.checkAll()
        } catch {
            findings.append(Finding("settings", .wrong, error.description, fix: "Correct that setting."))
        }
        return findings
    }

    private func record(_ store: Store, _ path: String, _ keys: SecretKeys) -> [Finding] {
        var findings: [Finding] = []
        do {
            try store.tryToWrite()
            let damage = try store.damage()
            let version = try store.migrations().count
            findings.append(
                damage.isEmpty
                    ? Finding("record", .well, "\(path) is whole and can be written (version \(version))")
                    : Finding(
                        "record", .wrong, "\(path) is damaged: \(damage[0])",
                        fix: Failure.rescue(path)))
        } catch {
            findings.append(
                Finding(
                    "record", .wrong, "\(path): \(error)",
                    fix: "See who may write to it, and that no other program holds it."))
        }
        if let free = Self.freeMiB(path) {
            findings.append(
                free >= 100
                    ? Finding("disk", .well, "\(free) MiB are free")
                    : Finding(
                        "disk", .wrong, "only \(free) MiB are free",
                        fix:
                            "Make room elsewhere on that disk. What `envelope prune --older-than 30d` deletes makes room"
                            + " for new mail in the record; the file gets no smaller."))
        }
        return findings + [key(store, keys)]
    }

    private func key(_ store: Store, _ keys: SecretKeys) -> Finding {
        do {
            let secrets = try store.secrets()
            guard let vault = try keys.vault() else {
                return secrets.isEmpty
                    ? Finding("secret key", .note, "none yet; the first stored password makes it")
                    : Finding(
                        "secret key", .wrong,
                        "\(keys.file.path) is gone, and \(secrets.count) secrets need it",
                        fix: "Restore it (or ENVELOPE_SECRET_KEY), or add the accounts anew.")
            }
            let lost = secrets.filter { (try? vault.open($0.octets, for: $0.purpose)) == nil }.count
            let place = keys.isInEnvironment ? "ENVELOPE_SECRET_KEY" : keys.file.path
            if lost > 0 {
                return Finding(
                    "secret key", .wrong, "\(place) does not open \(lost) of \(secrets.count) secrets",
                    fix: "Restore the key that sealed them, or add the accounts anew.")
            }
            let isDone = secrets.allSatisfy { vault.isCurrent($0.octets) }
            return isDone
                ? Finding("secret key", .well, "\(place) opens all \(secrets.count) secrets")
                : Finding(
                    "secret key", .wrong, "a change of the key was not finished",
                    fix: "Run `envelope accounts rekey` again.")
        } catch let failure as Failure {
            return Finding("secret key", .wrong, failure.message, fix: failure.hint)
        } catch {
            return Finding("secret key", .wrong, "\(error)", fix: "See that the record is whole.")
        }
    }

    /// Nil when the system does not say.
    private static func freeMiB(_ path: String) -> UInt? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return UInt(status.f_bavail) * UInt(status.f_frsize) / 1_048_576
    }
}
