import Logging
import MCP
import Sending
import TestPeers
import Testing
import Tools

@testable import HTTP

/// The same shop with pages.
struct Gallery {
    static let token = "the-token-of-this-process"
    static let form = [
        "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
        "Origin": "http://localhost:8000",
    ]

    let shop: Shop
    let face: Face

    init(_ shop: Shop, settings: HTTPSettings? = nil) throws {
        self.shop = shop
        let service = shop.service
        let listSends = try #require(MailTools.all(["list_sends"]) { .success(service) }.first)
        let clock = shop.clock
        let pages = Pages(
            operations: shop.offer.operations, listSends: listSends, version: "0.0.0", isSandbox: false,
            token: Self.token, sleep: { try await clock.sleep($0) })
        face = Face(
            Face.Offer(
                version: "0.0.0", isSandbox: false, tools: shop.offer.tools,
                operations: shop.offer.operations, pages: pages),
            settings: try settings ?? HTTPSettings(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func reply(
        _ method: String, _ target: String, _ body: String = "", _ fields: [String: String]
    ) async -> HTTPReply {
        let lines = fields.merging(["Host": "localhost:8000"]) { $1 }
        return await face.respond(
            method, target, HTTPFields(lines.map { (name: $0.key, value: $0.value) })
        ) {
            limit throws(Face.BodyFault) in
            let bytes = Array(body.utf8)
            if bytes.count > limit { throw .tooLarge }
            return bytes
        }
    }

    func page(_ target: String) async -> Answer {
        Answer(await reply("GET", target, "", ["Accept": "text/html,*/*;q=0.8"]))
    }

    func post(_ target: String, _ body: String, _ fields: [String: String] = Gallery.form) async -> Answer {
        Answer(await reply("POST", target, body, fields))
    }
}
