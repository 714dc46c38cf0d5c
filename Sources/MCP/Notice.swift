import JSON

/// A message to the client that is no answer, as the bytes of one line without its end.
package struct Notice: Sendable {
    /// Takes a notice on its way; false when nobody can receive it any more.
    package typealias Carrier = @Sendable (Notice) -> Bool

    package enum Urgency: Sendable {
        /// Has to arrive, and in order: a question of ours, its withdrawal, the beginning of a stream.
        case must
        /// May wait for a client that does not read; the same bytes wait once.
        case mayWait
        /// May be left out for a client that does not read: progress, log messages.
        case mayBeDropped
    }

    package let bytes: [UInt8]
    package let urgency: Urgency
    /// True for what is sent even when the client no longer wants the call that it belongs to.
    package let outlivesCall: Bool

    init(_ method: String, _ params: JSON.Object, _ urgency: Urgency, outlivesCall: Bool = false) {
        let message: JSON = ["jsonrpc": "2.0", "method": .string(method), "params": .object(params)]
        self.init(bytes: message.bytes, urgency: urgency, outlivesCall: outlivesCall)
    }

    init(bytes: [UInt8], urgency: Urgency, outlivesCall: Bool = false) {
        self.bytes = bytes
        self.urgency = urgency
        self.outlivesCall = outlivesCall
    }
}
