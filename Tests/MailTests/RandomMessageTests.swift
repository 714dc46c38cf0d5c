import Foundation
import Mail
import TestSeeds
import Testing

@Suite("Random messages")
struct RandomMessageTests {
    /// Set `ENVELOPE_SEED` to the seed of a failure to see it again.
    static let seed =
        ProcessInfo.processInfo.environment["ENVELOPE_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0..<1 << 32)

    @Test("400 messages of random Unicode are read back as what was asked for")
    func parseBack() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "envelope-messages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var generator = SeededGenerator(seed: Self.seed)
        for number in 0..<400 {
            let request = SendRequest.random(using: &generator)
            do {
                let composed = try request.composed()
                try Data(composed.mailData.bytes).write(to: folder.appending(path: "\(number).eml"))
                try JSONEncoder().encode(request).write(to: folder.appending(path: "\(number).json"))
            } catch {
                Issue.record("seed \(Self.seed), message \(number) was refused: \(error)\n\(request)")
            }
        }
        let printed = try Corpus.parseBack(folder)
        #expect(printed == nil, "seed \(Self.seed):\n\(printed ?? "")")
    }
}
