import CCurl

/// One libcurl handle with what waits on it; lives on the engine's thread alone.
final class Line {
    struct Sending {
        let ticket: Ticket
        /// Never touched while it waits: after EAGAIN libcurl wants the same pointer and no shorter length, or TLS
        /// loses the connection (7.88, 8.5).
        let bytes: [UInt8]
        var offset: Int
        let deadline: ContinuousClock.Instant
        let waiter: Waiter<Void>
    }

    struct Receiving {
        let ticket: Ticket
        let deadline: ContinuousClock.Instant
        let waiter: Waiter<[UInt8]>
    }

    let id: LineID
    let request: ConnectRequest
    let strikeout: Strikeout
    let deadline: ContinuousClock.Instant
    /// Set until the connect has ended.
    var opening: Waiter<Opened>?
    var easy: UnsafeMutableRawPointer?
    let words: UnsafeMutablePointer<CChar>
    var session = Session()
    /// Valid once open, -1 before.
    var descriptor: Int32 = -1
    /// False while libcurl may hold octets that poll cannot see (TLS reads whole records).
    var isDrained = false
    var early: [UInt8] = []
    var sending: Sending?
    var receiving: Receiving?

    /// Without TLS, then and later.
    var isPlain: Bool { request.security == .plain }

    init(id: LineID, request: ConnectRequest, deadline: ContinuousClock.Instant, opening: Waiter<Opened>) {
        self.id = id
        self.request = request
        self.strikeout = request.strikeout
        self.deadline = deadline
        self.opening = opening
        self.words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        self.words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { words.deallocate() }

    /// libcurl's own words for the last failure, which may quote the server; empty when it had none.
    var errorText: String { strikeout(String(cString: words)) }

    func fail(_ error: CurlError) {
        opening?.resume(returning: .failure(error))
        sending?.waiter.resume(returning: .failure(error))
        receiving?.waiter.resume(returning: .failure(error))
        opening = nil
        sending = nil
        receiving = nil
    }
}
