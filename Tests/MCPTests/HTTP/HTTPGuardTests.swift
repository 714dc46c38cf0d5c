import MCP
import Testing

/// The checks at the door: who is addressed, which page asks, who asks, how much is sent.
struct HTTPGuardTests {
    private static let hosts = ["mail.example.org", "proxy.example.org:8443"].compactMap { Authority($0) }
    private static let origins = ["https://app.example.org", "http://localhost:6274"].compactMap {
        Origin($0)
    }
    private static let door = HTTPGuard(
        port: 8080, hosts: hosts, origins: origins,
        tokens: [
            HTTPGuard.Token(secret: "s3cret", principal: "alice"),
            HTTPGuard.Token(secret: "other+/=", principal: "bob"),
        ], body: 100)
    private static let open = HTTPGuard(port: 8080, body: 100)

    private static func status(_ body: () throws(HTTPRefusal) -> Void) -> Int? {
        do throws(HTTPRefusal) {
            try body()
            return nil
        } catch {
            return error.status
        }
    }

    @Test(
        "a request must name this machine or a configured host",
        arguments: [
            ("localhost:8080", nil), ("localhost", nil), ("LocalHost:8080", nil), ("127.0.0.1:8080", nil),
            ("[::1]:8080", nil), ("mail.example.org", nil), ("mail.example.org:1", nil),
            ("proxy.example.org:8443", nil), ("proxy.example.org", 421), ("proxy.example.org:8444", 421),
            ("localhost:8081", 421), ("localhost.evil.com:8080", 421), ("evil.com", 421), ("127.0.0.2", 421),
            ("::1", 400), ("localhost:3000.evil", 400), ("localhost@evil.com", 400),
            ("evil.com#localhost", 400),
            ("localhost/", 400), ("localhost:", 400), ("localhost:0", 400), ("localhost:99999", 400),
            ("[::1", 400), ("[::1]x", 400), ("[::1]x80", 400), ("[]", 400), ("", 400),
            ("localhost, evil.com", 400),
            ("localhost%00", 400), ("localhost.", 421),
        ] as [(String, Int?)])
    func host(host: String, status: Int?) {
        #expect(
            Self.status { () throws(HTTPRefusal) in _ = try Self.door.checkHost(["Host": host]) } == status)
    }

    @Test("a request must have exactly one host")
    func hosts() {
        #expect(Self.status { () throws(HTTPRefusal) in _ = try Self.door.checkHost([:]) } == 400)
        let two: HTTPFields = ["Host": "localhost", "host": "localhost"]
        #expect(Self.status { () throws(HTTPRefusal) in _ = try Self.door.checkHost(two) } == 400)
    }

    @Test(
        "an origin must be the server's own or an allowed one, exactly",
        arguments: [
            (nil, "localhost:8080", nil), ("http://localhost:8080", "localhost:8080", nil),
            ("https://app.example.org", "localhost:8080", nil),
            ("http://localhost:6274", "localhost:8080", nil),
            ("https://mail.example.org", "mail.example.org", nil), ("http://localhost", "localhost:80", nil),
            ("null", "localhost:8080", 403), ("", "localhost:8080", 403),
            ("http://localhost:8081", "localhost:8080", 403),
            ("http://127.0.0.1:8080", "localhost:8080", 403),
            ("http://localhost.evil.com:8080", "localhost:8080", 403),
            ("http://localhost:8080.evil.com", "localhost:8080", 403),
            ("http://localhost:8080/", "localhost:8080", 403),
            ("http://app.example.org", "localhost:8080", 403),
            ("https://app.example.org.evil.com", "localhost:8080", 403),
            ("https://evil.com https://app.example.org", "localhost:8080", 403),
            ("ftp://localhost:8080", "localhost:8080", 403), ("localhost:8080", "localhost:8080", 403),
            ("https://mail.example.org:444", "mail.example.org", 403),
        ] as [(String?, String, Int?)])
    func origin(origin: String?, host: String, status: Int?) throws {
        let host = try #require(Authority(host))
        var fields: HTTPFields = [:]
        if let origin { fields.append("Origin", origin) }
        let found = Self.status { () throws(HTTPRefusal) in try Self.door.checkOrigin(fields, at: host) }
        #expect(found == status)
    }

    @Test("two origins are refused even when both are allowed")
    func origins() throws {
        let host = try #require(Authority("localhost:8080"))
        let fields: HTTPFields = ["Origin": "https://app.example.org", "Origin": "https://app.example.org"]
        #expect(Self.status { () throws(HTTPRefusal) in try Self.door.checkOrigin(fields, at: host) } == 403)
    }

    @Test(
        "a token tells who asks",
        arguments: [
            (["Bearer s3cret"], "alice"), (["bearer s3cret"], "alice"), (["BEARER  s3cret "], "alice"),
            (["Bearer other+/="], "bob"),
        ])
    func token(values: [String], principal: String) throws {
        let fields = HTTPFields(values.map { (name: "authorization", value: $0) })
        #expect(try Self.door.principal(fields) == principal)
    }

    @Test(
        "a request without a token is asked for one, and a wrong token is called so",
        arguments: [
            ([], "Bearer"), (["Basic s3cret"], "Bearer"), (["s3cret"], "Bearer"), (["Bearer"], "Bearer"),
            (["Bearer s3cret", "Bearer s3cret"], "Bearer"),
            (["Bearer s3cre"], #"Bearer error="invalid_token""#),
            (["Bearer s3cret1"], #"Bearer error="invalid_token""#),
            (["Bearer s3crets3cret"], #"Bearer error="invalid_token""#),
            (["Bearer S3CRET"], #"Bearer error="invalid_token""#),
        ])
    func wrongToken(values: [String], challenge: String) {
        let fields = HTTPFields(values.map { (name: "Authorization", value: $0) })
        do {
            _ = try Self.door.principal(fields)
            Issue.record("let in")
        } catch {
            #expect(error.status == 401)
            #expect(error.fields.values(of: "WWW-Authenticate") == [challenge])
            #expect(!error.reason.contains("s3c"))
        }
    }

    @Test("an empty token lets nobody in")
    func emptyToken() {
        let door = HTTPGuard(port: nil, tokens: [HTTPGuard.Token(secret: "", principal: "x")], body: 1)
        for value in ["Bearer ", "Bearer", "Bearer  x"] {
            let found = Self.status { () throws(HTTPRefusal) in
                _ = try door.principal(["Authorization": value])
            }
            #expect(found == 401)
        }
    }

    @Test("without tokens everybody is the same principal")
    func noTokens() throws {
        #expect(
            try Self.open.admit(["Host": "localhost:8080", "Authorization": "Bearer x"]) == HTTPGuard.anyone)
    }

    @Test(
        "an announced body must be a size, and small enough",
        arguments: [
            ("100", nil), ("0", nil), ("101", 413), ("-1", 400), ("x", 400), ("99999999999999999999", 400),
        ] as [(String, Int?)])
    func size(length: String, status: Int?) {
        let fields: HTTPFields = ["Host": "localhost", "Content-Length": length]
        #expect(Self.status { () throws(HTTPRefusal) in _ = try Self.open.admit(fields) } == status)
    }

    @Test("host, origin, token and size are checked in this order")
    func order() {
        var fields: HTTPFields = ["Host": "evil.com", "Origin": "null", "Content-Length": "101"]
        let admit = { (fields: HTTPFields) in
            Self.status { () throws(HTTPRefusal) in _ = try Self.door.admit(fields) }
        }
        #expect(admit(fields) == 421)
        fields = ["Host": "localhost", "Origin": "null", "Content-Length": "101"]
        #expect(admit(fields) == 403)
        fields = ["Host": "localhost", "Content-Length": "101"]
        #expect(admit(fields) == 401)
        fields = ["Host": "localhost", "Authorization": "Bearer s3cret", "Content-Length": "101"]
        #expect(admit(fields) == 413)
    }

    @Test("a refusal is plain text with what its status demands")
    func reply() throws {
        guard
            case .whole(let status, let fields, let body) = HTTPRefusal(
                401, "No.", fields: ["WWW-Authenticate": "Bearer"]
            ).reply
        else { throw HTTPRefusal(500, "a stream") }
        #expect(status == 401 && String(decoding: body, as: UTF8.self) == "No.\n")
        #expect(fields.only("WWW-Authenticate") == "Bearer")
        #expect(fields.only("Content-Type") == "text/plain; charset=utf-8")
    }
}
