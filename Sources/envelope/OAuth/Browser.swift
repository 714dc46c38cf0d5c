import Glibc

/// The person's browser, where there is a desktop to show it on.
enum Browser {
    /// Opens a page and does not wait; nothing happens without a desktop.
    static func open(_ url: String) {
        let environment = Environment.variables
        guard isatty(2) == 1, environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil else {
            return
        }
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0)
        }
        var arguments = copies(["xdg-open", url])
        // No secret of ours for a browser.
        var variables = copies(
            environment.filter { !$0.key.hasPrefix("ENVELOPE_") }.map { "\($0.key)=\($0.value)" })
        defer { for text in arguments + variables { free(text) } }
        var process = pid_t()
        _ = posix_spawnp(&process, "xdg-open", &files, nil, &arguments, &variables)
    }

    private static func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { text in strdup(text) } + [nil]
    }
}
