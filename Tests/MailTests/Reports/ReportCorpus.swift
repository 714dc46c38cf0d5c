import Foundation
import Mail

/// The folder of messages that come back: `NAME.eml` as it arrives, `NAME.json` what it says.
enum ReportCorpus {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus/Reports")

    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    static func octets(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: "\(name).eml")))
    }

    static func expected(_ name: String) throws -> Expected {
        let json = try Data(contentsOf: folder.appending(path: "\(name).json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Expected.self, from: json)
    }

    /// What a message is expected to be; what is left out is not compared, but for codes and dead addresses.
    struct Expected: Decodable {
        let kind: String
        let form: String?
        let forwarded: Bool?
        let reportingMta: String?
        let envelopeId: String?
        let arrival: String?
        let messageId: String?
        let messageIds: [String]?
        let originalTo: [String]?
        let originalSubject: String?
        let addresses: [String]?
        let recipients: [Recipient]?
        let automatic: Bool?
        let answers: [String]?
        let from: String?
        let subject: String?

        struct Recipient: Decodable, Equatable {
            let final: String?
            let original: String?
            let action: String
            let status: String?
            let code: Int?
            let says: String?
            let dead: String?
            let remoteMta: String?
            let willRetryUntil: String?
            let lastAttempt: String?
            let type: String?
        }
    }
}
