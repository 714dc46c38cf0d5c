import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why nobody can listen at an address, as a clause for a person.
struct ListeningFault: Error, CustomStringConvertible {
    private let number: Int32

    init(_ error: IOError) { number = error.errnoCode }

    var description: String {
        switch number {
        case EADDRINUSE: "another program listens there; stop it, or choose another port with --port"
        case EACCES: "this user may not; ports below 1024 are the system's, so choose another with --port"
        case EADDRNOTAVAIL: "this machine has no such address; choose another with --host"
        default: String(cString: strerror(number))
        }
    }
}
