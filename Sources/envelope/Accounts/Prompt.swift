import Glibc
import SMTP

/// Questions to the person at the terminal.
enum Prompt {
    static var canAsk: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// What is typed is not shown, also when the program is stopped in between: the terminal is put right again.
    ///
    /// - Returns: nil when nothing was typed.
    static func secret(_ question: String) -> Secret? {
        StandardError.write(question)
        var before = termios()
        guard tcgetattr(0, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        silent.c_lflag |= tcflag_t(ICANON)
        // An interrupt would leave the terminal silent: it comes when all is put right.
        var interrupts = sigset_t()
        var old = sigset_t()
        sigemptyset(&interrupts)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGQUIT] { sigaddset(&interrupts, signal) }
        silent.c_lflag &= ~tcflag_t(ISIG)
        pthread_sigmask(SIG_BLOCK, &interrupts, &old)
        guard tcsetattr(0, TCSAFLUSH, &silent) == 0 else {
            pthread_sigmask(SIG_SETMASK, &old, nil)
            return nil
        }
        let line = readLine()
        tcsetattr(0, TCSAFLUSH, &before)
        pthread_sigmask(SIG_SETMASK, &old, nil)
        StandardError.write("\n")
        // Ctrl-C comes as a character while signals are off.
        guard let line, !line.isEmpty, !line.unicodeScalars.contains("\u{3}") else { return nil }
        return Secret(line)
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
