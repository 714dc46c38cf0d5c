/// The places of the XDG base directory specification; hosts often strip the environment to PATH and HOME.
struct Folders {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    /// `$XDG_DATA_HOME/envelope/envelope.db`; nil without a home.
    var database: String? {
        place("XDG_DATA_HOME", ".local/share").map { $0 + "/envelope/envelope.db" }
    }

    /// `$XDG_CONFIG_HOME/envelope/config.json`; nil without a home.
    var settingsFile: String? {
        place("XDG_CONFIG_HOME", ".config").map { $0 + "/envelope/config.json" }
    }

    /// The specification has relative paths ignored.
    private func place(_ variable: String, _ fallback: String) -> String? {
        if let path = environment[variable], path.hasPrefix("/") { return path }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/" + fallback
    }
}
