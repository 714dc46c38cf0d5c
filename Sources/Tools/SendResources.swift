import JSON
package import MCP
import Mail
import Sending
import Store

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The sends as resources: `envelope://sends/{id}` and `envelope://sends/{id}/message`.
package enum SendResources {
    /// Sends on one page of the list.
    private static let pageSize = 50

    package static func all(
        service: @escaping ServiceSource, wording: @escaping Wording = { $0 }
    ) -> Resources {
        Resources(
            templates: templates,
            list: { cursor throws(ProtocolError) in try await list(cursor, service) },
            read: { uri throws(ProtocolError) in try await read(uri, service, wording) },
            complete: { template, argument, value, _ in await complete(template, argument, value, service) },
            changes: { uri in SendURI(uri).map { changes(of: $0.id, service) } })
    }

    private static let templates: [JSON.Object] = [
        [
            "uriTemplate": .string(SendURI.prefix + "{id}"), "name": "send", "title": "Send",
            "description": "What became of one send: recipients, attempts, events; changes as it goes on.",
            "mimeType": "application/json",
        ],
        [
            "uriTemplate": .string(SendURI.prefix + "{id}/message"), "name": "message",
            "title": "Message of a send",
            "description": "The exact mail data of one send (RFC 5322).", "mimeType": "message/rfc822",
        ],
    ]

    private static func list(
        _ cursor: String?, _ service: ServiceSource
    ) async throws(ProtocolError) -> (resources: [JSON.Object], next: String?) {
        var position: ListPosition?
        if let cursor {
            guard let made = try? Cursor(cursor, for: SendFilter()) else { throw unknownCursor }
            position = made.position
        }
        // Without an account there may still be a record; without a record there is nothing to list.
        guard let service = try? await service().get() else { return ([], nil) }
        if let position, (try? service.holds(position)) == false { throw unknownCursor }
        do throws(Failure) {
            let page = try await service.list(SendFilter(), limit: pageSize, after: position)
            return (page.sends.map(resource), page.next.map { Cursor($0, for: SendFilter()).text })
        } catch {
            throw .internal(error.message)
        }
    }

    private static let unknownCursor = ProtocolError.invalidParams(
        "`cursor` is not one that this server gave out.")

    private static func resource(_ send: SendRecord) -> JSON.Object {
        [
            "uri": .string(SendURI.record(send.id).text), "name": .string(send.id.text),
            "title": .string(send.subject.isEmpty ? "(no subject)" : send.subject),
            "description": .string(
                "\(send.status.rawValue) (\(send.state.rawValue)), \(send.createdAt.rfc3339)"),
            "mimeType": "application/json",
        ]
    }

    private static func read(
        _ text: String, _ service: ServiceSource, _ wording: Wording
    ) async throws(ProtocolError) -> [JSON.Object]? {
        guard let uri = SendURI(text) else { return nil }
        do throws(Failure) {
            let service = try await service().get()
            var content: JSON.Object = ["uri": .string(text)]
            switch uri {
            case .record(let id):
                content["mimeType"] = "application/json"
                let history = try await service.track(.id(id), wait: .zero)
                content["text"] = .string(wording(.history(history)).text)
            case .message(let id):
                let bytes = try await service.mailData(of: id).bytes
                content["mimeType"] = "message/rfc822"
                if let text = String(validating: bytes, as: UTF8.self) {
                    content["text"] = .string(text)
                } else {
                    content["blob"] = .string(Data(bytes).base64EncodedString())
                }
            }
            return [content]
        } catch {
            if error.code == .notFound { return nil }
            throw .internal(error.message)
        }
    }

    /// Ids that begin with what is there; nothing for what has no id.
    private static func complete(
        _ template: String, _ argument: String, _ value: String, _ service: ServiceSource
    ) async -> Completion {
        let known = templates.contains { $0["uriTemplate"] == .string(template) }
        guard known, argument == "id" else { return Completion(values: []) }
        return await completion(ofID: value, service)
    }

    static func completion(ofID value: String, _ service: ServiceSource) async -> Completion {
        guard let service = try? await service().get(),
            let ids = try? service.ids(beginningWith: value, limit: 101)
        else { return Completion(values: []) }
        return Completion(values: ids.prefix(100).map(\.text), hasMore: ids.count > 100)
    }

    private static func changes(of id: SendID, _ service: @escaping ServiceSource) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let task = Task {
            if let service = try? await service().get() {
                for await _ in service.changes(of: id) { continuation.yield() }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}
