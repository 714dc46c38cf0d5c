import JSON
import MCP
import Synchronization

/// A catalogue that a test plays on: calls that it lets end, resources that it changes.
final class Stage: Sendable {
    let gate = Gate()
    private let watchers = Mutex<[String: [AsyncStream<Void>.Continuation]]>([:])
    /// The URI of each subscription that has ended.
    let ended: AsyncStream<String>
    private let ends: AsyncStream<String>.Continuation
    /// What each call that waited at the gate came to.
    let finished: AsyncStream<String>
    private let finishes: AsyncStream<String>.Continuation

    init() {
        (ended, ends) = AsyncStream.makeStream()
        (finished, finishes) = AsyncStream.makeStream()
    }

    var catalogue: Catalogue {
        let watched = Resources(
            templates: [["name": "thing", "uriTemplate": "test://things/{id}"]],
            list: { _ in ([["name": "one", "uri": "test://things/1"]], nil) },
            read: { uri in uri == "test://things/1" ? [["uri": .string(uri), "text": "one"]] : nil },
            changes: { uri in uri.hasPrefix("test://things/") ? self.changes(of: uri) : nil })
        let seal = StateSeal(now: { 1_800_000_000 }, random: { 7 }) { bytes in
            [UInt8(truncatingIfNeeded: bytes.reduce(0) { $0 &* 31 &+ Int($1) })]
        }
        return Catalogue(
            name: "stage", title: "Stage", version: "1",
            tools: Tools.all + [wait, Self.ask, Self.demanding, talk],
            resources: watched, seal: seal)
    }

    /// Tells every subscriber of a resource that it has changed.
    func change(_ uri: String) {
        for watcher in watchers.withLock({ $0[uri] ?? [] }) { watcher.yield() }
    }

    private func changes(of uri: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        watchers.withLock { $0[uri, default: []].append(continuation) }
        continuation.onTermination = { _ in self.ends.yield(uri) }
        return stream
    }

    func nextEnded() async -> String? {
        for await uri in ended { return uri }
        return nil
    }

    /// Asks a person, and says what the person said.
    static let ask = Tool(
        definition: [
            "name": "ask", "description": "Asks.", "inputSchema": ["type": "object", "properties": [:]],
        ],
        asking: { call in
            if let answer = call.answers["go"] {
                return .result(ToolResult(text: answer["action"]?.string ?? ""))
            }
            if !call.client.can("elicitation") { return .result(ToolResult(text: "nobody to ask")) }
            let form = InputRequest.form(
                message: "Go?", schema: ["type": "object", "properties": ["go": ["type": "boolean"]]])
            return .ask(Questions([(key: "go", request: form)]))
        })

    /// Can do nothing for a client that cannot sample.
    static let demanding = Tool(
        definition: [
            "name": "demanding", "description": "Demands.",
            "inputSchema": ["type": "object", "properties": [:]],
        ], asking: { _ in .refused(.missingCapabilities(["sampling": [:]])) })

    private var wait: Tool { Tools.tool("wait") { await self.waitAtGate($0) } }

    /// Reports as many steps of as many bytes as it is told, and then waits at the gate.
    private var talk: Tool {
        Tools.tool("talk") { call in
            for step in 0..<Int(call.arguments["steps"]?.integer ?? 1) {
                let size = Int(call.arguments["bytes"]?.integer ?? 1)
                call.progress?(Double(step + 1), nil, String(repeating: "x", count: size))
            }
            return await self.waitAtGate(call)
        }
    }

    private func waitAtGate(_ call: ToolCall) async -> ToolResult {
        let result = await gate.tool().call(call)
        finishes.yield(result.content.first?["text"]?.string ?? "")
        return result
    }

    /// `opened` or `cancelled`.
    func nextFinished() async -> String? {
        for await word in finished { return word }
        return nil
    }
}
