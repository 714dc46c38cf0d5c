import Foundation

/// A submission server with real TLS, made with the `openssl` tool and Python's `ssl` in a folder of its own; lent by
/// `withTLSPeer`. It knows the user `user` with the password `s3cret`, and takes everything from nobody else.
package struct TLSPeer: Sendable {
    package let port: Int
    /// PEM of the authority that signed its certificate.
    package let caFile: String
    fileprivate let folder: URL

    /// The mail data that it took, as it came.
    package func taken() throws -> [[UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("taken-")
        }
        return try names.sorted().map { Array(try Data(contentsOf: folder.appending(path: $0))) }
    }

    /// What it heard outside TLS, line by line.
    package func heardInClear() throws -> [String] {
        let file = folder.appending(path: "clear.log")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map(String.init)
    }
}

/// Lends a TLS peer whose certificate is for `name`; `implicitTLS` or else STARTTLS.
package func withTLSPeer<Result>(
    certificateFor name: String, implicitTLS: Bool, oldProtocolOnly: Bool = false,
    _ body: (TLSPeer) async throws -> Result
) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tls-peer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await makeCertificates(in: folder, for: name)

    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    server.arguments = [
        "python3", "-c", peerScript, folder.path, implicitTLS ? "implicit" : "starttls",
        oldProtocolOnly ? "old" : "new",
    ]
    let output = Pipe()
    server.standardOutput = output
    // Its end ends the peer, also when this process is killed. SIGTERM would not: a child of a pool thread inherits
    // that thread's mask, in which every signal is blocked.
    let life = Pipe()
    server.standardInput = life
    let (ended, endedSaid) = AsyncStream.makeStream(of: Void.self)
    server.terminationHandler = { _ in endedSaid.finish() }
    let (lines, linesSaid) = AsyncStream.makeStream(of: String.self)
    output.fileHandleForReading.readabilityHandler = { handle in
        linesSaid.yield(String(decoding: handle.availableData, as: UTF8.self))
        linesSaid.finish()
        handle.readabilityHandler = nil
    }
    try server.run()
    var result: Swift.Result<Result, any Error> = .failure(PeerError("the TLS peer named no port"))
    for await line in lines {
        guard let port = Int(line.filter(\.isNumber)) else { break }
        let peer = TLSPeer(port: port, caFile: folder.appending(path: "ca.pem").path, folder: folder)
        do { result = .success(try await body(peer)) } catch { result = .failure(error) }
    }
    try? life.fileHandleForWriting.close()
    for await _ in ended {}
    return try result.get()
}

func makeCertificates(in folder: URL, for name: String) async throws {
    let subject = name.allSatisfy { $0.isNumber || $0 == "." } ? "IP:\(name)" : "DNS:\(name)"
    try Data("subjectAltName=\(subject)\n".utf8).write(to: folder.appending(path: "ext.cnf"))
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try await openssl(
        ["req", "-x509", "-days", "2", "-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem"]
            + key, folder)
    try await openssl(
        ["req", "-new", "-subj", "/CN=peer", "-keyout", "peer.key", "-out", "peer.csr"] + key, folder)
    try await openssl(
        [
            "x509", "-req", "-days", "2", "-in", "peer.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial",
            "-extfile", "ext.cnf", "-out", "peer.pem",
        ], folder)
}

private func openssl(_ arguments: [String], _ folder: URL) async throws {
    let tool = Process()
    tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tool.arguments = ["openssl"] + arguments
    tool.currentDirectoryURL = folder
    tool.standardError = FileHandle.nullDevice
    tool.standardOutput = FileHandle.nullDevice
    let (ended, endedSaid) = AsyncStream.makeStream(of: Int32.self)
    tool.terminationHandler = { process in
        endedSaid.yield(process.terminationStatus)
        endedSaid.finish()
    }
    try tool.run()
    for await status in ended where status != 0 { throw PeerError("openssl \(arguments) failed") }
}

private let peerScript = #"""
    import base64, os, socket, ssl, sys, threading
    folder, mode, age = sys.argv[1:4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + "/peer.pem", folder + "/peer.key")
    if age == "old":
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    lock, taken = threading.Lock(), 0

    def serve(line):
        global taken
        try:
            if mode == "implicit":
                line = context.wrap_socket(line, server_side=True)
            secure, known = mode == "implicit", False
            stream = line.makefile("rb")
            def say(text):
                line.sendall(text.encode() + b"\r\n")
            say("220 tls.test ESMTP")
            while True:
                command = stream.readline().decode().rstrip("\r\n")
                if not command:
                    return
                if not secure:
                    with lock, open(folder + "/clear.log", "a") as log:
                        log.write(command + "\n")
                verb = command.split(" ")[0].upper()
                if verb == "EHLO":
                    say("250-tls.test")
                    say("250 PIPELINING" if not secure and mode == "implicit" else
                        "250 STARTTLS" if not secure else "250 AUTH PLAIN LOGIN")
                elif verb == "STARTTLS":
                    say("220 go ahead")
                    line = context.wrap_socket(line, server_side=True)
                    stream, secure = line.makefile("rb"), True
                elif verb == "AUTH":
                    known = base64.b64decode(command.split(" ")[2]) == b"\0user\0s3cret"
                    say("235 2.7.0 welcome" if known else "535 5.7.8 bad credentials")
                elif verb == "DATA":
                    say("354 go ahead")
                    data = b""
                    while (piece := stream.readline()) != b".\r\n":
                        if not piece:
                            return
                        data += piece
                    with lock:
                        taken += 1
                        with open(f"{folder}/taken-{taken:04}", "wb") as file:
                            file.write(data)
                    say("250 2.0.0 taken")
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok" if known else "530 5.7.0 Authentication required")
        except (OSError, ValueError):
            pass
        finally:
            line.close()

    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0))).start()
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """#
