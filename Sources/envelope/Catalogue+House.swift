import Logging
import MCP
import Mail
import Sending
import Tools

extension Catalogue {
    /// What an agent finds here.
    static func envelope(_ settings: Settings, house: House, key: StateKey?, _ surroundings: Surroundings)
        throws
        -> Catalogue
    {
        let service: ServiceSource = { await house.service() }
        let words = CommandWords(settings, house.environment)
        return Catalogue(
            name: "envelope", title: "Envelope", version: EnvelopeCommand.version,
            instructions: settings.isSandbox ? instructions + sandboxNote : instructions,
            tools: try MailTools.all(try settings.tools(), service: service).map(words.tool),
            resources: SendResources.all(service: service, wording: words.object),
            prompts: MailPrompts.all(service: service, wording: words.object),
            seal: key.map { seal($0, surroundings) })
    }

    private static func seal(_ key: StateKey, _ surroundings: Surroundings) -> StateSeal {
        StateSeal(
            now: { surroundings.now().milliseconds / 1000 }, random: surroundings.random,
            // Without a key nothing is sealed and nothing opens: the send stays held.
            sign: { octets in
                key.octets.map { MessageAuthentication(key: $0).code(of: octets) } ?? []
            })
    }

    static let instructions = """
        Sends email from the user's own mailbox. send_email records a message and sends it once; track_send and \
        list_sends say what became of it. When a result is `queued` or unclear, track it; never send it again unless \
        `next_step` says so.
        """
    private static let sandboxNote = " This server runs in sandbox mode: nothing leaves the machine."
}

extension Session.Options {
    /// Tells each request that was run to the log, with its place in the caller's trace.
    static func logged(_ logger: Logger) -> Session.Options {
        var options = Session.Options()
        options.observe = { record in
            // Not even put into words when nobody reads it.
            if logger.logLevel > .info { return }
            var metadata: Logger.Metadata = [
                "method": "\(record.method)", "milliseconds": "\(record.milliseconds)",
                "error": "\(record.isError)",
            ]
            if let name = record.name { metadata["name"] = "\(name)" }
            if let trace = record.trace { metadata["traceparent"] = "\(trace.parent)" }
            logger.info("request", metadata: metadata)
        }
        return options
    }
}
