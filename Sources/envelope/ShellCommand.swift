import Glibc

/// A line for `/bin/sh -c`, run in a process group of its own and never waited for on a thread.
struct ShellCommand: Sendable {
    let line: String
    /// After that long the whole group is killed.
    let deadline: Duration

    enum Fault: Error, Equatable {
        case notStarted
        case tooSlow
        case tooLong
        case ended(status: Int32)
        case cancelled
    }

    /// More is no password.
    private static let limit = 65_536

    /// What it prints; standard error goes where ours goes. Cancelling the task kills the group.
    func output(environment: [String: String]) async throws(Fault) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { throw .notStarted }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let output = ends[0]
        let group = spawn(environment, printingTo: ends[1])
        close(ends[1])
        defer { close(output) }
        guard let group else { throw .notStarted }
        do throws(Fault) {
            return try await read(output, of: group)
        } catch {
            if case .ended = error { throw error }
            kill(-group, SIGKILL)
            waitpid(group, nil, 0)
            throw error
        }
    }

    /// Looks again and again instead of waiting for the end of the output: a daemon that the command leaves behind
    /// (gpg-agent does) may hold it open for good.
    private func read(_ output: Int32, of group: pid_t) async throws(Fault) -> [UInt8] {
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        let end = ContinuousClock.now + deadline
        var printed: [UInt8] = []
        var pause = Duration.milliseconds(1)
        while true {
            var status: Int32 = 0
            // Asked before the reading, so that what was printed last is read. An error: the host has us ignore SIGCHLD, and
            // nobody kept the status.
            let hasEnded = waitpid(group, &status, WNOHANG) != 0
            var chunk = [UInt8](repeating: 0, count: 4096)
            while case let size = Glibc.read(output, &chunk, chunk.count), size > 0 {
                printed += chunk[..<size]
                if printed.count > Self.limit { break }
            }
            if hasEnded {
                if status != 0 { throw .ended(status: status & 0x7F == 0 ? status >> 8 : -(status & 0x7F)) }
                return printed
            }
            if printed.count > Self.limit { throw .tooLong }
            if ContinuousClock.now >= end { throw .tooSlow }
            do { try await Task.sleep(for: pause) } catch { throw .cancelled }
            pause = min(pause * 2, .milliseconds(20))
        }
    }

    /// The process, which leads its group; nil when it cannot be started.
    private func spawn(_ environment: [String: String], printingTo output: Int32) -> pid_t? {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&files, output, 1)

        // Nothing of what this program ignores or blocks.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments = Self.copies(["sh", "-c", line])
        var variables = Self.copies(environment.map { "\($0.key)=\($0.value)" })
        defer { for text in arguments + variables { free(text) } }
        var process = pid_t()
        return posix_spawn(&process, "/bin/sh", &files, &attributes, &arguments, &variables) == 0
            ? process : nil
    }
    private static func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { text in strdup(text) } + [nil]
    }
}
