import Curl
import Mail

/// Reads responses off a line: whole ones, in order, within a deadline and the limits.
struct ResponseReader {
    private let connection: Connection
    private let limits: IMAPOptions.Limits
    private var framer: ResponseFramer
    /// Octets heard since the last command.
    private var heard = 0

    init(_ connection: Connection, _ limits: IMAPOptions.Limits) {
        self.connection = connection
        self.limits = limits
        framer = ResponseFramer(limits)
    }

    /// Counts anew, for the next command.
    mutating func begin() { heard = 0 }

    /// The next response, whatever it is.
    mutating func next(
        _ command: Command, _ deadline: ContinuousClock.Instant
    ) async throws(IMAPError) -> Response {
        while true {
            do throws(Malformed) {
                if let pieces = try framer.next() { return try Response(pieces) }
            } catch {
                throw malformed(error, command)
            }
            let octets: [UInt8]
            do {
                octets = try await connection.receive(deadline: deadline)
            } catch {
                throw IMAPError(error, awaiting: command.name)
            }
            if octets.isEmpty {
                throw IMAPError(.lineLost, "at \(command.name)", "the server closed the connection")
            }
            heard += octets.count
            if heard > limits.total {
                throw malformed(Malformed("the server sent more than \(limits.total) octets"), command)
            }
            framer.feed(octets)
        }
    }

    func malformed(_ error: Malformed, _ command: Command) -> IMAPError {
        IMAPError(.protocolError, "at \(command.name)", connection.strikeout(error.reason))
    }
}

extension IMAPError {
    /// A fault on an open line.
    init(_ error: CurlError, awaiting command: String) {
        let stage = "at \(command)"
        switch error.kind {
        case .timedOut: self.init(.timedOut, stage, "no end of the answer in time")
        case .cancelled: self.init(.cancelled, stage, "cancelled")
        case .stopped: self.init(.cancelled, stage, "shut down")
        default: self.init(.lineLost, stage, error.detail, curlCode: error.name)
        }
    }
}
