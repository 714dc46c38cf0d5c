package import JSON
package import MCP
package import Mail
package import Sending
package import Store

/// Opens the service when a call first needs it, or says what is wrong with the configuration.
package typealias ServiceSource = @Sendable () async -> Result<SendingService, Failure>

/// A send, or a refusal, in the words of the face that shows it.
package typealias Wording = @Sendable (JSON.Object) -> JSON.Object

/// The operations as tools.
package enum MailTools {
    /// What an agent finds when nothing else is asked for, in the order in which they are listed.
    package static let usual = ["send_email", "track_send", "list_sends"]
    /// All there are; the others are on only where they are named.
    package static let names = usual + ["cancel_send"]

    /// - Parameter names: of the tools to be served; an unknown one is left out.
    package static func all(_ names: [String] = usual, service: @escaping ServiceSource) throws -> [Tool] {
        let sendEmail = SendEmail(definition: try .sendEmail(), service: service)
        let trackSend = TrackSend(definition: try .trackSend(), service: service)
        let listSends = ListSends(definition: try .listSends(), service: service)
        var tools = [
            Tool(definition: sendEmail.definition.object, asking: sendEmail.run),
            Tool(definition: trackSend.definition.object) { call in await trackSend.run(call.arguments) },
            Tool(definition: listSends.definition.object) { call in await listSends.run(call.arguments) },
        ]
        if names.contains("cancel_send") {
            let cancelSend = CancelSend(definition: try .cancelSend(), service: service)
            tools.append(
                Tool(definition: cancelSend.definition.object) { call in await cancelSend.run(call.arguments)
                })
        }
        return tools.filter { names.contains($0.name) }
    }

    /// A send as `track_send` gives it, for the other faces.
    package static func report(_ send: SendRecord) -> JSON.Object { .send(send) }
    package static func report(_ history: SendHistory) -> JSON.Object { .history(history) }
    package static func report(_ failure: Failure) -> JSON.Object { .failure(failure) }
}
