/// A server on loopback that takes messages on as many connections as come, and answers their final dots only when it is told
/// to.
final class HeldDotPeer: Sendable {
    let port: Int
    private let child: ChildProcess

    /// Prints its port, then a line for each final dot.
    private static let script = """
        import socket, sys, threading
        answers = threading.Event()
        def serve(connection):
            file = connection.makefile("rwb")
            def say(text):
                file.write(text + b"\\r\\n")
                file.flush()
            say(b"220 peer.test ESMTP")
            while command := file.readline():
                if command.startswith(b"DATA"):
                    say(b"354 go ahead")
                    while file.readline() not in (b".\\r\\n", b""): pass
                    sys.stdout.write("dot\\n")
                    sys.stdout.flush()
                    answers.wait()
                    say(b"250 2.0.0 taken")
                else:
                    say(b"250 peer.test")
        def accept():
            while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        print(listener.getsockname()[1], flush=True)
        threading.Thread(target=accept, daemon=True).start()
        for _ in sys.stdin: answers.set()
        """

    private init(_ child: ChildProcess, port: Int) {
        self.child = child
        self.port = port
    }

    static func start() async throws -> HeldDotPeer {
        let child = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", script], environment: ["PATH": "/usr/bin:/bin"])
        for await line in child.lines {
            if let port = Int(line) { return HeldDotPeer(child, port: port) }
        }
        throw Program.Unexpected(what: "the peer named no port: \(child.standardError)")
    }

    /// Comes back when so many more final dots have been heard.
    func dots(_ count: Int) async {
        var heard = 0
        for await _ in child.lines {
            heard += 1
            if heard == count { break }
        }
    }

    /// From now on each final dot is answered.
    func answer() { child.write(Array("go\n".utf8)) }

    /// Ends it.
    ///
    /// - Returns: the final dots that nobody asked for.
    func stop() async -> Int {
        child.closeInput()
        var heard = 0
        for await _ in child.lines { heard += 1 }
        return heard
    }
}
