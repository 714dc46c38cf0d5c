package import Mail

/// An address that is told of events.
package struct Webhook: Sendable, Hashable {
    package enum Hearing: String, Sendable {
        /// Hears what any process writes into the record.
        case record
        /// Hears what those processes write that name it in their settings.
        case process
    }

    /// `wh_…`
    package let id: String
    package let url: String
    /// The signing secret, sealed; context: this id.
    package let secret: [UInt8]
    /// Empty for all.
    package let events: [SendEvent.Kind]
    package let hearing: Hearing
    package let createdAt: Timestamp
    package let disabled: Disabling?

    /// Since when, and why, nothing is sent to it.
    package struct Disabling: Sendable, Hashable {
        package let at: Timestamp
        package let reason: String
    }

    package init(
        id: String, url: String, secret: [UInt8], events: [SendEvent.Kind], hearing: Hearing,
        createdAt: Timestamp, disabled: Disabling? = nil
    ) {
        self.id = id
        self.url = url
        self.secret = secret
        self.events = events
        self.hearing = hearing
        self.createdAt = createdAt
        self.disabled = disabled
    }
}

/// One event on its way to one webhook.
package struct WebhookDelivery: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Due, on its way, or waiting for another try.
        case pending
        /// The endpoint answered 2xx.
        case delivered
        /// Given up; it can be replayed.
        case dead
    }

    package let number: Int64
    package let webhook: String
    /// `msg_…`: the same for every try and for every webhook that hears of the event.
    package let messageID: String
    package let send: SendID
    /// The event's place among those of its send, from 1.
    package let event: Int
    package let kind: SendEvent.Kind
    package let createdAt: Timestamp
    package let state: State
    /// Nil once it is settled.
    package let dueAt: Timestamp?
    package let attempts: Int
    package let last: Try?
    package let settledAt: Timestamp?

    /// How the last try ended.
    package struct Try: Sendable, Hashable {
        package let at: Timestamp
        package let status: Int?
        package let error: String?
    }
}

/// A delivery that this process may try until its lease is over.
package struct WebhookClaim: Sendable, Hashable {
    package let delivery: WebhookDelivery
    package let webhook: Webhook
    /// As it was first sent; nil before.
    package let payload: String?
    /// Of all claims of this delivery: a later one makes this one void.
    let claim: Int

    /// This one included.
    package var attempt: Int { delivery.attempts }
}

/// How a try ended, and what follows.
package struct WebhookSettlement: Sendable, Hashable {
    package enum Next: Sendable, Hashable {
        case delivered
        case retry(at: Timestamp)
        case dead
        /// Dead, and the endpoint wants no more.
        case disable(because: String)
    }

    package let at: Timestamp
    package let status: Int?
    package let error: String?
    package let next: Next

    package init(at: Timestamp, status: Int?, error: String?, next: Next) {
        self.at = at
        self.status = status
        self.error = error
        self.next = next
    }
}
