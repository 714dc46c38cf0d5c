import CCurl

/// One HTTP request with its libcurl handle and what has come back so far; lives on the engine's thread alone.
final class Exchange {
    /// Why the exchange was ended from within one of libcurl's callbacks.
    enum Verdict {
        /// The last address that was not connected to, by its kind.
        case addressRefused(String)
        case headerTooLong
        case bodyTooLong
    }

    let id: LineID
    let request: HTTPRequest
    let deadline: ContinuousClock.Instant
    private var waiter: Waiter<HTTPResponse>?
    var easy: UnsafeMutableRawPointer?
    let words: UnsafeMutablePointer<CChar>
    /// libcurl reads it in place.
    let body: UnsafeMutableRawBufferPointer
    /// libcurl reads them in place.
    var fieldList: UnsafeMutablePointer<curl_slist>?

    var session = Session()
    var verdict: Verdict?
    var fields: [HTTPField] = []
    var received: [UInt8] = []
    /// Octets of all header sections so far, interim ones and redirects too.
    private var headerCount = 0
    private var isInHeader = false

    init(
        id: LineID, request: HTTPRequest, deadline: ContinuousClock.Instant, waiter: Waiter<HTTPResponse>
    ) {
        self.id = id
        self.request = request
        self.deadline = deadline
        self.waiter = waiter
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        body = .allocate(byteCount: max(1, request.body.count), alignment: 1)
        body.copyBytes(from: request.body)
    }

    deinit {
        words.deallocate()
        body.deallocate()
    }

    /// libcurl's own words for a failure; empty when it had none.
    var errorText: String { Session.printable(String(cString: words)) }

    func end(_ result: Result<HTTPResponse, CurlError>) {
        waiter?.resume(returning: result)
        waiter = nil
    }

    /// A line of a header section; false to end the exchange.
    func take(header line: UnsafeRawBufferPointer) -> Bool {
        headerCount += line.count
        if headerCount > request.limits.header {
            verdict = .headerTooLong
            return false
        }
        let text = Session.printable(String(decoding: line, as: UTF8.self))
        if line.starts(with: "HTTP/".utf8), received.isEmpty {
            // Of an interim response or a redirect nothing is kept.
            isInHeader = true
            fields = []
            session.append(.server(String(text.prefix(200))))
        } else if text.isEmpty {
            isInHeader = false
        } else if isInHeader, let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop { $0 == " " }
            fields.append(HTTPField(String(text[..<colon]), String(value)))
        }
        return true
    }

    /// A piece of the body; false to end the exchange.
    func take(body piece: UnsafeRawBufferPointer) -> Bool {
        let room = request.limits.body - received.count
        received += piece.prefix(room)
        if piece.count <= room { return true }
        verdict = .bodyTooLong
        return false
    }
}

extension Session {
    /// Without control characters and without the spaces at its ends.
    static func printable(_ text: String) -> String {
        let clean = String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.properties.isControl }))
        return String(clean.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Unicode.Scalar.Properties {
    /// C0, C1 and DEL, and the marks that turn the direction of what is shown.
    fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}
