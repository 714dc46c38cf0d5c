package import MCP
package import Mail
package import Sending

/// Opens the service when a call first needs it, or says what is wrong with the configuration.
package typealias ServiceSource = @Sendable () async -> Result<SendingService, Failure>

/// The three operations as tools.
package enum MailTools {
    /// In the order in which they are listed.
    package static func all(service: @escaping ServiceSource) throws -> [Tool] {
        let sendEmail = SendEmail(definition: try .sendEmail(), service: service)
        let trackSend = TrackSend(definition: try .trackSend(), service: service)
        let listSends = ListSends(definition: try .listSends(), service: service)
        return [
            Tool(definition: sendEmail.definition.object) { call in await sendEmail.run(call.arguments) },
            Tool(definition: trackSend.definition.object) { call in await trackSend.run(call.arguments) },
            Tool(definition: listSends.definition.object) { call in await listSends.run(call.arguments) },
        ]
    }
}
