import JSON

/// What a running request knows of the conversation that it belongs to; shared by all that it is handed to.
final class CallContext: Sendable {
    let catalogue: Catalogue
    let client: Client
    let options: Session.Options
    let inquiries: Inquiries
    let trace: TraceContext?
    let progressToken: JSON?
    /// The least that the client wants to be told; nil for nothing.
    let logLevel: LogLevel?

    init(
        catalogue: Catalogue, client: Client, options: Session.Options, inquiries: Inquiries,
        trace: TraceContext?, progressToken: JSON?, logLevel: LogLevel?
    ) {
        self.catalogue = catalogue
        self.client = client
        self.options = options
        self.inquiries = inquiries
        self.trace = trace
        self.progressToken = progressToken
        self.logLevel = logLevel
    }

    var revision: Revision { client.revision }
    var serverInfo: JSON { catalogue.serverInfo(for: revision) }

    /// A whole result out of its members; with `ttl`, one that the client may keep.
    func result(_ members: JSON.Object, ttl: Int64? = nil) -> JSON {
        .object(revision.result(members, ttl: ttl, by: serverInfo))
    }

    /// The way for a handler's log messages; it leads nowhere unless the client asked for them.
    func log(_ notify: @escaping Notice.Carrier) -> @Sendable (LogLevel, JSON) -> Void {
        guard let least = logLevel else { return { _, _ in } }
        return { level, data in
            if level < least { return }
            _ = notify(
                Notice(
                    "notifications/message", ["level": .string(level.rawValue), "data": data], .mayBeDropped))
        }
    }
}
