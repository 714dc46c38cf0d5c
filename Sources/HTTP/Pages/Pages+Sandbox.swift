import MCP
import Tools

extension Pages {
    /// Messages on the page of the inbox.
    private static let inboxSize = 200

    /// What the sandbox took: what would have been sent.
    func sandbox() async -> HTTPReply {
        do {
            let entries = try await inbox?.list(Self.inboxSize) ?? []
            return shell("Sandbox inbox").reply(InboxView(entries: entries, most: Self.inboxSize).html)
        } catch {
            return missing(
                Problem(500, "The sandbox's inbox cannot be read: \(error).", hint: "See to its folder."))
        }
    }

    func taken(_ request: WebRequest) async -> HTTPReply {
        let id = request.path[2]
        guard let octets = await inbox?.message(id) else { return noMessage }
        let message = MessageView(
            octets, page: "/ui/sandbox/\(Target.encoded(id))", side: request.query("show"))
        let entry = try? await inbox?.list(Self.inboxSize).first { $0.id == id }
        return shell("Sandbox inbox").reply(InboxView.page(entry ?? nil, message))
    }

    func frame(taken request: WebRequest) async -> HTTPReply {
        guard let octets = await inbox?.message(request.path[2]) else { return noMessage }
        return frame(octets)
    }

    func part(taken request: WebRequest) async -> HTTPReply {
        guard let octets = await inbox?.message(request.path[2]) else { return noMessage }
        return part(request.path[4], of: octets)
    }

    private var noMessage: HTTPReply {
        missing(Problem(404, "The sandbox holds no such message.", hint: "Look into its inbox."))
    }
}
