import JSON
import MCP

extension Resources {
    private static let text = "test://static-text"
    private static let binary = "test://static-binary"
    private static let template = "test://template/{id}/data"
    /// So that a client has to ask twice.
    private static let pageSize = 2

    static func everything(watched: Watched) -> Resources {
        Resources(
            templates: [
                [
                    "uriTemplate": .string(template), "name": "template", "title": "Template",
                    "description": "Has contents for every id.", "mimeType": "application/json",
                ]
            ],
            list: { cursor async throws(ProtocolError) in try page(from: cursor) },
            read: { uri async throws(ProtocolError) in
                switch uri {
                case text:
                    Samples.contents(uri, "text/plain", "This is the content of the static text resource.")
                case binary: [["uri": .string(uri), "mimeType": "image/png", "blob": Samples.png]]
                case Watched.uri: Samples.contents(uri, "text/plain", watched.text)
                default: id(in: uri).map { Samples.contents(uri, "application/json", data(of: $0)) }
                }
            },
            complete: { _, argument, value, _ in
                let known = argument == "id" ? ["1", "12", "123"] : []
                return Completion(values: known.filter { $0.hasPrefix(value) }, hasMore: false)
            },
            changes: { uri in uri == Watched.uri ? watched.changes() : nil })
    }

    private static func page(from cursor: String?) throws(ProtocolError) -> (
        resources: [JSON.Object], next: String?
    ) {
        let all = [
            resource(text, "static-text", "Text that never changes.", "text/plain"),
            resource(binary, "static-binary", "An image that never changes.", "image/png"),
            resource(Watched.uri, "watched-resource", "Text that a tool changes.", "text/plain"),
        ]
        guard let start = cursor.map({ $0 == "page-2" ? pageSize : nil }) ?? 0 else {
            throw .invalidParams("`cursor` is not one that this server gave out.")
        }
        let end = min(start + pageSize, all.count)
        return (Array(all[start..<end]), end < all.count ? "page-2" : nil)
    }

    private static func resource(_ uri: String, _ name: String, _ description: String, _ mimeType: String)
        -> JSON.Object
    {
        [
            "uri": .string(uri), "name": .string(name), "description": .string(description),
            "mimeType": .string(mimeType),
        ]
    }

    private static func id(in uri: String) -> String? {
        let parts = uri.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "test:", parts[1] == "", parts[2] == "template",
            parts[4] == "data", !parts[3].isEmpty
        else { return nil }
        return String(parts[3])
    }

    private static func data(of id: String) -> String {
        JSON.object(["id": .string(id), "templateTest": true, "data": "Data for ID: \(id)"]).text
    }
}
