import Mail
import TestPeers
import Testing

@testable import Sending
@testable import Store

@Suite("What makes two requests the same", .timeLimit(.minutes(5)))
struct FingerprintTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The argument that a conflict names.
        let field: String
        /// Whether a recipient would call it another mail.
        let isOtherMail: Bool
        let make: @Sendable (inout SendRequest) throws -> Void

        init(
            _ property: String, _ field: String, isOtherMail: Bool = true,
            _ make: @escaping @Sendable (inout SendRequest) throws -> Void
        ) {
            testDescription = property
            self.field = field
            self.isOtherMail = isOtherMail
            self.make = make
        }
    }

    private static func file(
        name: String = "a.txt", type: String? = "text/plain", id: String? = nil, octets: [UInt8] = [1, 2, 3]
    ) -> AttachmentSource {
        AttachmentSource(filename: name, contentType: type, contentID: id, content: .octets(octets))
    }

    private static func base() throws -> SendRequest {
        var request = try Desk.request(to: ["a@example.org", "b@example.org"])
        request.idempotencyKey = "key"
        request.cc = [try Mailbox(parsing: "c@example.org")]
        request.replyTo = [try Mailbox(parsing: "r@example.org")]
        request.attachments = [file()]
        request.headers = [HeaderField(name: "X-A", value: "1"), HeaderField(name: "X-B", value: "2")]
        request.tags = ["one", "two"]
        request.metadata = ["k": "v", "l": "w"]
        return request
    }

    static let changes = [
        Change("account", "account", isOtherMail: false) { $0.account = "me" },
        Change("from", "from", isOtherMail: false) { $0.from = try Mailbox(parsing: Desk.sender) },
        Change("to", "to") {
            $0.to = [try Mailbox(parsing: "a@example.org"), try Mailbox(parsing: "x@example.org")]
        },
        Change("to: one less", "to") { $0.to.removeLast() },
        Change("to: a name", "to", isOtherMail: false) {
            $0.to[0] = try Mailbox(parsing: "Ann <a@example.org>")
        },
        Change("to: another order", "to", isOtherMail: false) { $0.to.reverse() },
        Change("cc", "cc") { $0.cc = [] },
        Change("bcc", "bcc") { $0.bcc = [try Mailbox(parsing: "d@example.org")] },
        Change("replyTo", "reply_to") { $0.replyTo = [] },
        Change("subject", "subject") { $0.subject = "Hello!" },
        Change("text", "text") { $0.text = "Hello there!" },
        Change("html", "html") { $0.html = "<p>Hello there</p>" },
        Change("attachments", "attachments") { $0.attachments = [file(octets: [1, 2, 4])] },
        Change("attachments: name", "attachments") { $0.attachments = [file(name: "b.txt")] },
        Change("attachments: type", "attachments") { $0.attachments = [file(type: "text/csv")] },
        Change("attachments: id", "attachments") { $0.attachments = [file(id: "x@y")] },
        Change("attachments: twice", "attachments") { $0.attachments = [file(), file()] },
        Change("attachments: none", "attachments") { $0.attachments = [] },
        Change("inReplyTo", "in_reply_to") { $0.inReplyTo = try MessageID(parsing: "<x@example.org>") },
        Change("references", "references", isOtherMail: false) {
            $0.references = [try MessageID(parsing: "<x@example.org>")]
        },
        Change("headers", "headers") { $0.headers[0] = HeaderField(name: "X-A", value: "2") },
        Change("headers: name", "headers") { $0.headers[0] = HeaderField(name: "X-C", value: "1") },
        Change("headers: fewer", "headers") { $0.headers.removeLast() },
        Change("sendAt", "send_at", isOtherMail: false) {
            $0.sendAt = Timestamp(milliseconds: 1_800_000_900_000)
        },
        Change("giveUpAt", "give_up_at", isOtherMail: false) {
            $0.giveUpAt = Timestamp(milliseconds: 1_800_000_900_000)
        },
        Change("tags", "tags", isOtherMail: false) { $0.tags = ["one", "three"] },
        Change("tags: joined", "tags", isOtherMail: false) { $0.tags = ["onetwo"] },
        Change("metadata", "metadata", isOtherMail: false) { $0.metadata["k"] = "x" },
        Change("metadata: moved", "metadata", isOtherMail: false) { $0.metadata = ["k": "w", "l": "v"] },
    ]

    @Test("Every field makes another request, and is the one that is named", arguments: changes)
    func fields(change: Change) async throws {
        try await withDesk([]) { desk in
            let first = try desk.service.preview(try Self.base()).fingerprint
            var request = try Self.base()
            try change.make(&request)
            let second = try desk.service.preview(request).fingerprint
            #expect(first.differences(from: second.fields) == [change.field])
            #expect(second.differences(from: first.fields) == [change.field])
            #expect((first.content != second.content) == change.isOtherMail)
        }
    }

    @Test("A Markdown body is told from a text body")
    func markdown() async throws {
        try await withDesk([]) { desk in
            var request = try Self.base()
            let first = try desk.service.preview(request).fingerprint
            request.markdown = request.text
            request.text = nil
            let second = try desk.service.preview(request).fingerprint
            #expect(first.differences(from: second.fields) == ["markdown", "text"])
            #expect(first.content != second.content)
        }
    }

    @Test("The table has every field of a request that a caller gives for it to be sent")
    func complete() {
        let properties = Set(Mirror(reflecting: SendRequest()).children.compactMap(\.label))
        let inTable = Set(Self.changes.map { String($0.testDescription.prefix { $0 != ":" }) })
        // They say how a call is meant, not what is to be sent.
        #expect(
            properties.subtracting(inTable) == ["markdown", "idempotencyKey", "allowsDuplicate", "warnings"])
    }

    @Test("The same again is the same, whatever key, and whatever permission to repeat it")
    func same() async throws {
        try await withDesk([]) { desk in
            let first = try desk.service.preview(try Self.base())
            var request = try Self.base()
            request.idempotencyKey = "another"
            request.allowsDuplicate = true
            request.warnings = ["repaired"]
            request.metadata = ["l": "w", "k": "v"]
            desk.clock.advance(by: 5)
            let second = try desk.service.preview(request)
            #expect(first.fingerprint == second.fingerprint)
            #expect(first.id != second.id)
        }
    }

    @Test("Without a key the content alone is compared, and it is the same as with one")
    func withoutKey() async throws {
        try await withDesk([]) { desk in
            var request = try Self.base()
            let keyed = try desk.service.preview(request).fingerprint
            request.idempotencyKey = nil
            let bare = try desk.service.preview(request).fingerprint
            #expect(bare.fields.isEmpty && !keyed.fields.isEmpty)
            #expect(bare.content == keyed.content)
        }
    }

    @Test("To, Cc and Bcc are the same people to the guard against repeating, and another request to a key")
    func kinds() async throws {
        try await withDesk([]) { desk in
            let lines: [WritableKeyPath<SendRequest, [Mailbox]>] = [\.to, \.cc, \.bcc]
            let prints = try lines.map { line in
                var request = try Desk.request()
                request.idempotencyKey = "key"
                request.to = [try Mailbox(parsing: "z@example.org")]
                request[keyPath: line].append(try Mailbox(parsing: "a@example.org"))
                return try desk.service.preview(request).fingerprint
            }
            #expect(Set(prints.map(\.content)).count == 1)
            #expect(Set(prints.map(\.fields)).count == 3)
        }
    }

    @Test("Another spelling of an address is the same mail to the guard, and another request to a key")
    func spelling() async throws {
        try await withDesk([]) { desk in
            let first = try desk.service.preview(try Self.base()).fingerprint
            var request = try Self.base()
            request.to[0] = try Mailbox(parsing: "A@example.org")
            let second = try desk.service.preview(request).fingerprint
            #expect(first.content == second.content)
            #expect(first.differences(from: second.fields) == ["to"])
        }
    }

    @Test("The guard looks at who sends it: another account's mail is another mail")
    func sender() async throws {
        try await withTemporaryFolder { folder in
            let none = ScriptedTransport([])
            let desk = Desk(
                accounts: [try Desk.account("me", none), try Desk.account("other", none)],
                path: folder + "/envelope.db")
            var request = try Desk.request()
            let first = try desk.service.preview(request).fingerprint
            request.account = "other"
            #expect(try desk.service.preview(request).fingerprint.content != first.content)
        }
    }
}
