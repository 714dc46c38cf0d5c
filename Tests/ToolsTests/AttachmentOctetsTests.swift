import Foundation
import JSON
import MCP
import Mail
import TestPeers
import TestSeeds
import Testing

@Suite("Octets of an attachment", .timeLimit(.minutes(5)))
struct AttachmentOctetsTests {
    /// More than two of the pieces that the text is decoded in, and no multiple of three.
    private static let octets: [UInt8] = {
        var random = SeededGenerator(seed: 4)
        return (0..<150_001).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }()

    private static func arguments(_ base64: String) -> JSON.Object {
        SendEmailTests.plain([
            "attachments": [["filename": "a.bin", "content_base64": .string(base64)]]
        ])
    }

    @Test(
        "Every octet arrives, with or without line breaks and blanks in the text",
        arguments: [
            Data.Base64EncodingOptions(), [.lineLength76Characters, .endLineWithCarriageReturn],
            [.lineLength64Characters, .endLineWithLineFeed],
        ])
    func whole(options: Data.Base64EncodingOptions) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let text = " " + Data(Self.octets).base64EncodedString(options: options) + "\t\n"
            let result = try await counter.call("send_email", Self.arguments(text))
            #expect(result["status"] == "sent", "\(result.text)")
            let mail = String(
                decoding: try #require(counter.transport.carried.first).mailData.bytes, as: UTF8.self)
            let encoded = Data(Self.octets).base64EncodedString(
                options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
            #expect(mail.contains(encoded))
        }
    }

    @Test(
        "What is not base64 is refused, wherever it stands",
        arguments: [
            String(repeating: "A", count: 65_534) + "==" + "AAAA",
            String(repeating: "A", count: 65_532) + "AA==" + String(repeating: "A", count: 65_536),
            String(repeating: "A", count: 65_537), String(repeating: "A", count: 70_000) + "-_AA",
            String(repeating: "A", count: 70_000) + "\u{A0}AAAA", "QUJD=", "=",
        ])
    func refused(text: String) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let result = try await counter.call("send_email", Self.arguments(text))
            #expect(result["error", "code"] == "invalid_attachment", "\(result.text)")
            #expect(result["error", "field"] == "attachments[0].content_base64")
            #expect(counter.transport.carried.isEmpty)
        }
    }
}
