import Foundation
import Mail
import Testing

@Suite("Golden messages")
struct CorpusTests {
    /// Run once with `ENVELOPE_WRITE_GOLDENS=1` in the environment to write the `.eml` files anew; then read the
    /// difference as a reader of mail would before keeping it.
    static let writes = ProcessInfo.processInfo.environment["ENVELOPE_WRITE_GOLDENS"] == "1"

    @Test("A request composes to its golden octets", arguments: Corpus.names)
    func golden(name: String) throws {
        let json = try Data(contentsOf: Corpus.folder.appending(path: "\(name).json"))
        let composed = try JSONDecoder().decode(SendRequest.self, from: json).composed()
        let file = Corpus.folder.appending(path: "\(name).eml")
        if Self.writes { try Data(composed.mailData.bytes).write(to: file) }
        let golden = try Data(contentsOf: file)
        #expect(
            golden == Data(composed.mailData.bytes),
            "composed instead:\n\(String(decoding: composed.mailData.bytes, as: UTF8.self))")
    }

    @Test("There are at least 40 golden messages")
    func enough() { #expect(Corpus.names.count >= 40) }

    @Test("An independent parser reads every golden message as what was asked for")
    func parsesBack() throws {
        #expect(try Corpus.parseBack(Corpus.folder) == nil)
    }
}
