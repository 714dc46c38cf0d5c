import Foundation
import Logging
import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Refusals before anything is recorded", .timeLimit(.minutes(5)))
struct PolicyTests {
    @Test("Without an account the failure holds the lines to add")
    func noAccount() async throws {
        let service = SendingService(
            accounts: [], door: StoreDoor(open: { throw StoreError.corrupt("opened") }, exists: { false }),
            roots: AttachmentRoots(folders: [], limit: 1), surroundings: Desk.surroundings(ManualClock()),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let failure = await #expect(throws: Failure.self) {
            try await service.send(try Desk.request(), wait: .zero)
        }
        #expect(failure?.code == .noAccountConfigured)
        for word in ["ENVELOPE_SMTP_URL", "ENVELOPE_SMTP_PASSWORD", "ENVELOPE_FROM", "--sandbox"] {
            #expect(failure?.hint.contains(word) == true, "\(word)")
        }
        #expect(try await service.list(SendFilter(), limit: 1, after: nil).sends.isEmpty)
    }

    @Test("Each refusal has its code and field, and nothing is recorded", arguments: Refusal.all)
    func refusals(refusal: Refusal) async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            var request = try Desk.request()
            try refusal.spoil(&request)
            let spoiled = request
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.send(spoiled, wait: .zero)
            }
            #expect(failure?.code == refusal.code)
            #expect(failure?.field == refusal.field)
            if refusal.field == "attachments[0]" {
                #expect(failure?.message.contains("the rule attachment_root") == true)
            }
            #expect(try await desk.service.list(SendFilter(), limit: 1, after: nil).sends.isEmpty)
            #expect(desk.transport.carried.isEmpty)
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: Failure.Code
        let field: String?
        let spoil: @Sendable (inout SendRequest) throws -> Void

        static let all = [
            Refusal(testDescription: "unknown account", code: .unknownAccount, field: "account") {
                $0.account = "x"
            },
            Refusal(testDescription: "foreign sender", code: .senderNotAllowed, field: "from") {
                $0.from = try Mailbox(parsing: "you@example.com")
            },
            Refusal(testDescription: "no recipient", code: .invalidRequest, field: "to") { $0.to = [] },
            Refusal(testDescription: "101 recipients", code: .invalidRequest, field: "to") {
                $0.to = try (0..<101).map { try Mailbox(parsing: "a\($0)@example.org") }
            },
            Refusal(testDescription: "line break in the subject", code: .invalidRequest, field: "subject") {
                $0.subject = "Hello\r\nBcc: x@example.org"
            },
            Refusal(testDescription: "path without roots", code: .invalidAttachment, field: "attachments[0]")
            {
                $0.attachments = [
                    .init(filename: nil, contentType: nil, contentID: nil, content: .path("/etc/passwd"))
                ]
            },
            Refusal(testDescription: "too long a text", code: .messageTooLarge, field: "text") {
                $0.text = String(repeating: "Hello, ", count: 2_000)
            },
            Refusal(testDescription: "too much attached", code: .messageTooLarge, field: "attachments") {
                $0.attachments = [
                    .init(
                        filename: "x.bin", contentType: nil, contentID: nil,
                        content: .octets([UInt8](repeating: 0, count: 9_000)))
                ]
            },
        ]
    }

    @Test("Files are read below a root only, never through a link, a folder, a pipe or ..")
    func roots() async throws {
        try await withTemporaryFolder { folder in
            let root = folder + "/root"
            try FileManager.default.createDirectory(atPath: root + "/sub", withIntermediateDirectories: true)
            try Data("inside".utf8).write(to: URL(fileURLWithPath: root + "/sub/a.txt"))
            try Data("outside".utf8).write(to: URL(fileURLWithPath: folder + "/secret.txt"))
            try FileManager.default.createSymbolicLink(
                atPath: root + "/link.txt", withDestinationPath: folder + "/secret.txt")
            try FileManager.default.createSymbolicLink(atPath: root + "/up", withDestinationPath: folder)
            #expect(mkfifo(root + "/pipe", 0o600) == 0)
            let roots = AttachmentRoots(folders: [root + "/"], limit: 100)
            #expect(try roots.read(root + "/sub/a.txt") == Array("inside".utf8))
            for path in [
                folder + "/secret.txt", root + "/../secret.txt", root + "/link.txt", root + "/up/secret.txt",
                root + "/pipe", root + "/sub", root, root + "/none", "sub/a.txt", root + "x/a.txt",
                root + "/a\u{0}b",
            ] {
                let failure = #expect(throws: Failure.self, "\(path)") { try roots.read(path) }
                #expect(failure?.code == .invalidAttachment, "\(path)")
            }
            let small = AttachmentRoots(folders: [root], limit: 3)
            #expect(throws: Failure.self) { try small.read(root + "/sub/a.txt") }
        }
    }
}
