import Dispatch
import Foundation
import Glibc
import JSON
import Synchronization

@testable import MCP

/// A real `StdioServer` on two pipes, seen from the client's side. Each message that it says is held against the schema
/// of its revision.
final class Wire: Sendable {
    /// The server's output, a line each; ends when the server has ended.
    let lines: AsyncStream<String>
    /// Ends when `run()` returns.
    let server: Task<Void, any Error>
    let inputEnd: Int32
    let outputEnd: Int32
    private let serverInput: Int32
    private let isInputClosed = Atomic(false)
    private let line: AsyncStream<String>.Continuation
    private let writing = DispatchQueue(label: "wire")
    private let transcript = Transcript()

    /// - Parameter reads: false for a client that does not read what it is told, unless it begins to later.
    init(
        tools: [Tool] = Tools.all, catalogue: Catalogue? = nil, limits: StdioServer.Limits = .patient,
        options: Session.Options = .init(),
        reads: Bool = true,
        nonblocking: Bool = false,
        parent: @escaping @Sendable () -> Int32 = { 7 }, log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        var input: [Int32] = [0, 0]
        var output: [Int32] = [0, 0]
        if pipe(&input) != 0 || pipe(&output) != 0 { throw SystemError("pipe", errno) }
        let (serverInput, serverOutput) = (input[0], output[1])
        self.serverInput = serverInput
        inputEnd = input[1]
        outputEnd = output[0]
        for end in nonblocking ? [serverInput, serverOutput] : [] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        let server = StdioServer(
            catalogue: catalogue ?? Tools.catalogue(tools), input: serverInput, output: serverOutput,
            limits: limits,
            options: options,
            parent: parent,
            log: log)
        self.server = Task {
            defer { close(serverOutput) }
            try await server.run()
        }
        (lines, line) = AsyncStream.makeStream(of: String.self)
        if reads { beginReading() }
    }

    /// From here on the client reads all that it is told, on a thread of its own.
    func beginReading() {
        Thread.detachNewThread { [outputEnd, line] in
            var splitter = LineSplitter(limit: .max)
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let size = read(outputEnd, &bytes, bytes.count)
                if size <= 0 { break }
                splitter.append(bytes[..<size])
                while case .line(let bytes) = splitter.next() {
                    line.yield(String(decoding: bytes, as: UTF8.self))
                }
            }
            close(outputEnd)
            line.finish()
        }
    }

    /// Octets in the pipe that the client has not read.
    var unreadOutput: Int {
        var count: Int32 = 0
        return ioctl(outputEnd, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    // Open to here, so that no test writes into a pipe that nobody can read; and for as long as the server may read it:
    // the number would be the next pipe's, and a server that was left alone would take what is said to another.
    deinit {
        if !isInputClosed.exchange(true, ordering: .relaxed) { close(inputEnd) }
        let (server, serverInput) = (server, serverInput)
        Task {
            _ = await server.result
            close(serverInput)
        }
    }

    /// Writes without waiting for the server to read; this wire stays until it is written, for `deinit`'s sake.
    func send(_ text: String, end: String = "\n") { send(bytes: Array((text + end).utf8)) }

    func send(bytes: [UInt8]) {
        transcript.note(bytes)
        writing.async { [self] in
            var start = 0
            while start < bytes.count {
                let size = bytes[start...].withUnsafeBytes { write(inputEnd, $0.baseAddress, $0.count) }
                if size <= 0 { return }
                start += size
            }
        }
    }

    func afterSending(_ body: @escaping @Sendable () -> Void) { writing.async(execute: body) }

    func closeInput() {
        transcript.note([], atEnd: true)
        writing.async { [self] in
            if !isInputClosed.exchange(true, ordering: .relaxed) { close(inputEnd) }
        }
    }

    /// The next line, or nil when the server has ended.
    func next() async throws -> JSON? {
        for await line in lines {
            let message = try JSON(parsing: line)
            await transcript.check(message)
            return message
        }
        return nil
    }

    /// All that the server still says until it ends after the end of its input.
    func finish() async throws -> [JSON] {
        closeInput()
        var answers: [JSON] = []
        while let message = try await next() { answers.append(message) }
        try await server.value
        return answers
    }

    /// Everything that a server says to these lines, until it has ended.
    static func exchange(
        _ lines: [String], catalogue: Catalogue? = nil, options: Session.Options = .init()
    ) async throws -> [JSON] {
        let wire = try Wire(catalogue: catalogue, options: options)
        for line in lines { wire.send(line) }
        return try await wire.finish()
    }
}

extension StdioServer.Limits {
    /// Lets every call finish, however slow the machine is.
    static var patient: Self {
        var limits = Self()
        limits.drain = .seconds(60)
        return limits
    }
}
