import JSON
import Mail
package import Sending
import Store

extension MailTools {
    /// What a webhook is posted about an event: `{type, timestamp, data}` (Standard Webhooks), `data` being the send as
    /// it stands when the webhook is first told, with the event in place of its history and log.
    package static func webhookPayload(_ news: WebhookNews) -> [UInt8] {
        switch news {
        case .test(let time):
            return JSON.object([
                "type": "webhook.test", "timestamp": .string(time.rfc3339),
                "data": ["message": "A test by envelope webhooks test."],
            ]).bytes
        case .event(let event, let send):
            var data = JSON.Object.send(send)
            data["next_step"] = nil
            var entry: JSON.Object = ["at": .string(event.at.rfc3339), "type": .string(event.kind.rawValue)]
            entry["detail"] = event.detail.map(JSON.string)
            data["event"] = .object(entry)
            return JSON.object([
                "type": .string("send." + event.kind.rawValue), "timestamp": .string(event.at.rfc3339),
                "data": .object(data),
            ]).bytes
        }
    }
}
