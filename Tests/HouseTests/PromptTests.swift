import Foundation
import TestPeers
import Testing

/// The question for a password, on a terminal of its own.
@Suite("A password is asked for")
struct PromptTests {
    /// Starts the program on a new terminal, does something at the question, and prints how it ended, and whether the
    /// terminal shows again what is typed.
    private static let script = """
        import fcntl, os, pty, select, signal, sys, termios, time
        act, url, path, db = sys.argv[1:5]
        master, slave = pty.openpty()
        child = os.fork()
        if child == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in range(3): os.dup2(slave, number)
            os.execve(path, [path, 'accounts', 'add', 'me@x.example', '--smtp-url', url, '--no-imap', '--db', db],
                {'PATH': '/usr/bin:/bin', 'HOME': '/nonexistent'})
        shows = lambda: bool(termios.tcgetattr(slave)[3] & termios.ECHO)
        end = time.time() + 60
        seen = b''
        while (b'Password' not in seen or shows()) and time.time() < end:
            if select.select([master], [], [], 0.01)[0]: seen += os.read(master, 1000)
        if act == 'interrupt': os.write(master, b'half\\x03')
        elif act == 'terminate': os.kill(child, signal.SIGTERM)
        else: os.write(master, b'pass\\n')
        status = 0, 0
        while status[0] == 0 and time.time() < end:
            status = os.waitpid(child, os.WNOHANG)
            if select.select([master], [], [], 0.01)[0]: seen += os.read(master, 1000)
        print(os.waitstatus_to_exitcode(status[1]) if status[0] else 'hangs', shows(), b'pass' in seen)
        """

    @Test(
        "What is typed is not shown; a signal ends the program at once, and the terminal shows again what is typed",
        arguments: [("interrupt", "130"), ("terminate", "143"), ("answer", "1")])
    func asked(act: String, status: String) async throws {
        try await withTemporaryFolder { folder in
            let python = try ChildProcess(
                "/usr/bin/python3",
                ["-c", Self.script, act, "smtp+plain://127.0.0.1:1", Program.path, folder + "/envelope.db"],
                environment: ["PATH": "/usr/bin:/bin"])
            var output = ""
            for await line in python.lines { output += line }
            #expect(await python.ended() == 0)
            #expect(output == "\(status) True False", "\(output) \(python.standardError)")
        }
    }
}
