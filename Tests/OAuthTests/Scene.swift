import Curl
import Foundation
import Glibc
import OAuth
import TestPeers

/// A client of the tests' own server.
func client(
    _ peer: OAuthPeer, _ engine: Engine, id: String = "secret-client",
    secret: String? = OAuthPeer.clientSecret,
    tokenURL: String? = nil, deadline: Duration = .seconds(60)
) throws -> OAuthClient {
    OAuthClient(
        provider: try .custom(
            authorizationURL: peer.url("/authorize"), deviceURL: peer.url("/device"),
            tokenURL: tokenURL ?? peer.url("/token"), scope: "mail"),
        id: id, secret: secret, deadline: deadline, engine: engine)
}

func octets(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }

/// A hash of the tests' own, so that the program's is checked by another.
func sha256(_ octets: [UInt8]) -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl", "dgst", "-sha256", "-binary"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    do { try process.run() } catch { return [] }
    input.fileHandleForWriting.write(Data(octets))
    try? input.fileHandleForWriting.close()
    let digest = Array(output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return digest
}

/// A connection that says nothing.
func silentConnection(to port: Int) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    _ = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    return descriptor
}
