import Dispatch
import Glibc
import Synchronization

/// A child process on plain pipes, with threads of its own that read and wait: no test's task is ever blocked by it.
final class ChildProcess: Sendable {
    let pid: Int32
    /// Each line of its standard output; ends with it.
    let lines: AsyncStream<String>
    private let input: Mutex<Int32>
    private let errors = Errors()
    private let status = AsyncStream.makeStream(of: Int32.self)

    private final class Errors: Sendable {
        let octets = Mutex<[UInt8]>([])
    }

    struct CannotStart: Error {
        let path: String
        let number: Int32
    }

    init(_ path: String, _ arguments: [String], environment: [String: String]) throws {
        let (inputRead, inputWrite) = try Self.pipe()
        let (outputRead, outputWrite) = try Self.pipe()
        let (errorRead, errorWrite) = try Self.pipe()
        defer { for descriptor in [inputRead, outputWrite, errorWrite] { close(descriptor) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputRead, 0)
        posix_spawn_file_actions_adddup2(&actions, outputWrite, 1)
        posix_spawn_file_actions_adddup2(&actions, errorWrite, 2)
        // Threads of a test run block signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var child: pid_t = 0
        let number = posix_spawn(&child, path, &actions, &attributes, &argv, &envp)
        guard number == 0 else { throw CannotStart(path: path, number: number) }
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.pid = child
        self.lines = lines
        self.input = Mutex(inputWrite)

        Self.onThread {
            var line: [UInt8] = []
            Self.readAll(outputRead) { octets in
                for octet in octets {
                    if octet == 0x0A {
                        continuation.yield(String(decoding: line, as: UTF8.self))
                        line = []
                    } else {
                        line.append(octet)
                    }
                }
            }
            if !line.isEmpty { continuation.yield(String(decoding: line, as: UTF8.self)) }
            continuation.finish()
        }
        let errorsEnded = DispatchSemaphore(value: 0)
        Self.onThread { [errors] in
            Self.readAll(errorRead) { octets in errors.octets.withLock { $0 += octets } }
            errorsEnded.signal()
        }
        Self.onThread { [status, child] in
            var end: Int32 = 0
            while waitpid(child, &end, 0) < 0, errno == EINTR {}
            // Whoever knows that it has ended may ask what it said; a grandchild may hold the pipe for longer.
            _ = errorsEnded.wait(timeout: .now() + 2)
            status.continuation.yield(end & 0x7F == 0 ? (end >> 8) & 0xFF : -(end & 0x7F))
            status.continuation.finish()
        }
    }

    deinit { closeInput() }

    var standardError: String { errors.octets.withLock { String(decoding: $0, as: UTF8.self) } }

    func write(_ octets: [UInt8]) {
        input.withLock { descriptor in
            var rest = octets[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count <= 0 { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    func closeInput() {
        input.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    /// The exit status once it has ended; negative for a signal. To be asked once.
    func ended() async -> Int32 {
        for await status in status.stream { return status }
        return -1
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw CannotStart(path: "pipe", number: errno) }
        // Else a child that is started at the same time holds an end, and nobody sees this one close.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func readAll(_ descriptor: Int32, _ take: ([UInt8]) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            take(Array(buffer[..<count]))
        }
        close(descriptor)
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func onThread(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { raw in
            if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
            return nil
        }
        if pthread_create(&thread, nil, start, body.toOpaque()) == 0 { pthread_detach(thread) }
    }
}
