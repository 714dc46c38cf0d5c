package import MCP
import Mail
import Sending
import Store

extension Operations {
    /// Stops a send that is not at the final dot; the result is the send, or a refusal.
    package func cancel(_ id: String) async -> ToolResult {
        await act(id) { service, id throws(Failure) in try await service.cancel(id, wait: .seconds(4)) }
    }

    /// Makes a failed send due again.
    ///
    /// - Parameter evenIfItMayHaveArrived: also an unconfirmed one, at the risk of a second copy.
    package func retry(_ id: String, evenIfItMayHaveArrived: Bool) async -> ToolResult {
        await act(id) { service, id throws(Failure) in
            try await service.retry(
                id, evenIfItMayHaveArrived: evenIfItMayHaveArrived, wait: .seconds(4))
        }
    }

    /// Lets a held send go.
    ///
    /// - Parameters:
    ///   - content: the digest of what the person was shown (`content(of:)`); nil takes what is recorded.
    ///   - person: who said so, for the record.
    package func approve(_ id: String, content: String?, by person: String) async -> ToolResult {
        await act(id) { service, id throws(Failure) in
            try await service.approve(id, content: content, by: person, wait: .seconds(4))
        }
    }

    /// Ends a held send; nothing of it ever leaves.
    package func deny(_ id: String, by person: String, reason: String?) async -> ToolResult {
        await act(id) { service, id throws(Failure) in
            try await service.deny(id, by: person, reason: reason)
        }
    }

    /// The digest of what a held send would send; nil when there is none of that id.
    package func content(of id: String) async -> String? {
        guard case .success(let service) = await service(), let id = SendID(id) else { return nil }
        return try? service.content(of: id)
    }

    /// A signal after each change of a send, by this process or another; nil when there is none of that id.
    package func changes(of id: String) async -> AsyncStream<Void>? {
        guard case .success(let service) = await service(), let id = SendID(id) else { return nil }
        return service.changes(of: id)
    }

    private func act(
        _ id: String, _ body: (SendingService, SendID) async throws(Failure) -> SendHistory
    ) async -> ToolResult {
        do throws(Failure) {
            let service = try await service().get()
            return ToolResult(structured: .history(try await body(service, try SendID(argument: id))))
        } catch {
            return .failure(error)
        }
    }
}
