import JSON
import Store

/// What the sends are called as resources.
enum SendURI: Hashable, Sendable {
    /// What became of it, as `track_send` gives it.
    case record(SendID)
    /// The exact mail data.
    case message(SendID)

    static let prefix = "envelope://sends/"

    /// Nil for what no send can be called.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let rest = text.dropFirst(Self.prefix.count)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let id = parts.first.flatMap({ SendID(String($0)) }) else { return nil }
        switch parts.dropFirst() {
        case []: self = .record(id)
        case ["message"]: self = .message(id)
        default: return nil
        }
    }

    var id: SendID {
        switch self {
        case .record(let id), .message(let id): id
        }
    }

    var text: String {
        switch self {
        case .record(let id): Self.prefix + id.text
        case .message(let id): Self.prefix + id.text + "/message"
        }
    }

    /// A `resource_link` block.
    var link: JSON {
        [
            "type": "resource_link", "uri": .string(text), "name": "send", "title": "What became of the send",
            "mimeType": "application/json",
        ]
    }
}
