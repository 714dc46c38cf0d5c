import JSON
package import MCP
import Mail
package import Sending
import Store

/// What a face for people and scripts needs of the service beside the tools: JSON and octets, so that it knows nothing
/// of the rooms below.
package struct Operations: Sendable {
    let service: ServiceSource
    let metrics: Metrics
    let census = Census()

    /// - Parameters:
    ///   - service: opens it when a request first needs it.
    ///   - metrics: what its accounts are measured by.
    package init(service: @escaping ServiceSource, metrics: Metrics) {
        self.service = service
        self.metrics = metrics
    }

    /// Starts to send what an earlier process left behind.
    package func begin() async {
        if case .success(let service) = await service() { service.begin() }
    }

    /// The mailboxes that mail can be sent from, without secrets: `{accounts: […]}`.
    package func accounts() async -> ToolResult {
        do throws(Failure) {
            let service = try await service().get()
            var list: [JSON] = []
            for (index, account) in service.accounts.enumerated() {
                list.append(.object(try report(account, isDefault: index == 0, service)))
            }
            var object: JSON.Object = ["accounts": .array(list)]
            if list.isEmpty { object["error"] = .object(.failure(service.withoutAccount)) }
            return ToolResult(structured: object)
        } catch {
            return .failure(error)
        }
    }

    private func report(
        _ account: Account, isDefault: Bool, _ service: SendingService
    ) throws(Failure) -> JSON.Object {
        let record = account.record
        var object: JSON.Object = [
            "id": .string(record.id), "name": .string(record.name), "kind": .string(record.kind.rawValue),
            "server": .string(record.server),
        ]
        object["username"] = record.username.map(JSON.string)
        object["sender"] = .string(account.sender.text)
        object["any_sender"] = .bool(account.allowsAnySender)
        object["default"] = .bool(isDefault)
        let quotas = try service.quotas(of: record.name)
        if !quotas.isEmpty {
            object["limits"] = .array(quotas.map { .string($0.limit.description) })
            object.add(quotas)
        }
        if let pause = try service.pause(of: account) {
            object["paused"] = [
                "since": .string(pause.since.rfc3339), "until": .string(pause.until.rfc3339),
                "error": .object(.failure(pause.failure)),
            ]
        }
        return object
    }

    /// The exact mail data of a send (`message/rfc822`), or why there is none.
    package func message(_ id: String) async -> Result<[UInt8], Problem> {
        do throws(Failure) {
            return .success(try await service().get().mailData(of: try SendID(argument: id)).bytes)
        } catch {
            return .failure(Problem(error))
        }
    }

    /// Which writing of the record it is; nil when that cannot be told.
    package func mark() async -> RecordMark? {
        guard case .success(let service) = await service() else { return nil }
        return service.version().map(RecordMark.init)
    }

    /// Nil when a send could be recorded and sent now; else why not.
    package func readiness() async -> Problem? {
        do throws(Failure) {
            let service = try await service().get()
            try service.check()
            return service.accounts.isEmpty ? Problem(service.withoutAccount) : nil
        } catch {
            return Problem(error)
        }
    }
}

/// Equal as long as nobody, in this process or another, has written anything into the record.
package struct RecordMark: Hashable, Sendable {
    fileprivate let version: RecordVersion
}

extension SendID {
    /// - Throws: `invalid_request` naming the argument `id`.
    init(argument text: String) throws(Failure) {
        if let id = SendID(text) { self = id } else { throw .notAnID(text) }
    }
}

extension Failure {
    fileprivate static func notAnID(_ text: String) -> Failure {
        Failure(
            .invalidRequest, "`id` is not the id of a send: \(text.prefix(60).debugDescription).",
            hint:
                "An id looks like 019ac0de-0000-7000-8000-000000000000; take it from send_email or list_sends.",
            field: "id")
    }
}
