import Glibc
import SMTP
import UnixSignals

/// Questions to the person at the terminal.
enum Prompt {
    static var canAsk: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// What is typed is not shown; a signal ends the program at once, with the terminal put right.
    ///
    /// - Returns: nil when nothing was typed.
    static func secret(_ question: String) async -> Secret? {
        var before = termios()
        guard tcgetattr(0, &before) == 0 else { return nil }
        let shown = before
        let signals = await UnixSignalsSequence(trapping: [.sigint, .sigterm, .sighup, .sigquit])
        // Until the program's end: libdispatch does not give back a signal that it has once taken.
        Task {
            for await signal in signals {
                var shown = shown
                tcsetattr(0, TCSANOW, &shown)
                StandardError.write("\n")
                // As a shell says it of a program that a signal ended.
                _exit(128 + (signal == .sigterm ? SIGTERM : signal == .sighup ? SIGHUP : SIGINT))
            }
        }
        StandardError.write(question)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        silent.c_lflag |= tcflag_t(ICANON)
        guard tcsetattr(0, TCSAFLUSH, &silent) == 0 else { return nil }
        // Not blocked in the reading: with one processor the watch would wait for the line's end.
        var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        while poll(&input, 1, 0) == 0 { try? await Task.sleep(for: .milliseconds(30)) }
        let line = readLine()
        tcsetattr(0, TCSAFLUSH, &before)
        StandardError.write("\n")
        return line.flatMap { $0.isEmpty ? nil : Secret($0) }
    }

    /// A line of standard input that is no terminal, for scripts.
    static func pipedSecret() -> Secret? {
        readLine().flatMap { line in
            let text = line.last == "\r" ? String(line.dropLast()) : line
            return text.isEmpty ? nil : Secret(text)
        }
    }

    static func agrees(_ question: String) -> Bool {
        StandardError.write(question + " [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }
}
