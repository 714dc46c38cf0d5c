import HTTP
import Mail
import Sandbox
import Sending
import Tools

extension Pages {
    /// The pages over this house's record, and over its sandbox's inbox where there is one.
    ///
    /// - Parameter database: the file of the record; nil when there is no place for one.
    static func envelope(
        _ settings: Settings, house: House, operations: Operations, database: String?,
        _ surroundings: Surroundings
    ) throws -> Pages? {
        // Pages have the list also where agents are not served it.
        try MailTools.all(["list_sends"], service: { await house.service() }).first.map { listSends in
            Pages(
                operations: operations, listSends: listSends, version: EnvelopeCommand.version,
                isSandbox: settings.isSandbox,
                inbox: settings.isSandbox
                    ? database.map {
                        Inbox(SandboxInbox(folder: sandboxFolder(beside: $0), clock: surroundings.now))
                    }
                    : nil,
                token: [surroundings.random(), surroundings.random()].map { String($0, radix: 36) }.joined(),
                sleep: surroundings.sleep)
        }
    }
}

extension Inbox {
    fileprivate init(_ inbox: SandboxInbox) {
        self.init(
            list: { limit in
                try inbox.list(limit: limit).map { message in
                    Entry(
                        id: message.id, at: message.at.rfc3339, from: message.reversePath,
                        to: message.recipients, subject: message.subject ?? "", size: message.size)
                }
            }, message: { id in try? inbox.message(id: id) })
    }
}
