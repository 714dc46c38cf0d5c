import Logging
import Mail

extension Settings {
    /// Refuses what would otherwise be noticed by nobody, or by the first send only.
    ///
    /// What is wrong with an account is no reason not to start: the agent is told, and can tell a person.
    func check() throws(SettingsError) {
        _ = try logLevel()
        _ = try approval()
        _ = try guardRails()
        _ = try webhooks()
        _ = try sentCopy()
        _ = try imapPolling()
    }

    /// The same with what starting does not look at: what only the first send would come upon.
    func checkAll() throws(SettingsError) {
        try check()
        _ = try tools()
        _ = try connections()
        _ = try giveUpAfter()
        _ = try retention()
        _ = try httpPort()
    }

    /// How much is logged; the `notice` and above by default.
    func logLevel() throws(SettingsError) -> Logger.Level {
        guard let text = text("log.level") else { return .notice }
        if let level = Logger.Level(rawValue: text.lowercased()) { return level }
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw SettingsError("ENVELOPE_LOG_LEVEL (--log-level) is one of \(levels), not \(text).")
    }
}

extension Failure {
    /// Settings that an agent cannot correct, and should not look for in its request.
    static func misconfigured(_ error: SettingsError) -> Failure {
        Failure(
            .internal, "This server's settings are wrong, so nothing was sent: \(error)",
            hint: "Tell the person who runs this server to correct that setting, then start it again.")
    }

    /// The same for what was wrong with a value.
    ///
    /// - Parameter setting: its name in the environment.
    static func misconfigured(_ setting: String, _ fault: Failure) -> Failure {
        Failure(
            .noAccountConfigured,
            "This server's setting \(setting) is wrong, so nothing was sent: \(fault.message)",
            hint: "Tell the person who runs this server to correct \(setting): \(fault.hint)")
    }

    /// Why the record could not be made; nil where it could.
    static func unmakable(_ path: String) -> Failure? {
        SystemFile.objection(toMaking: path).map { objection in
            Failure(
                .internal, "The record \(path) is not there and cannot be made: \(objection).",
                hint: "Set ENVELOPE_DB (--db) to a file in a folder that this user can write to.")
        }
    }
}
