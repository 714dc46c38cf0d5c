/// What the words of the contract are called for a person.
enum Wording {
    /// Two or three words for a line of the list.
    static func state(_ send: SendView) -> String {
        switch send.state {
        case "ready": "Queued"
        case "scheduled": "Scheduled"
        case "held": "Needs approval"
        case "sending": "Sending"
        case "deferred": "Will retry"
        case "accepted": "Sent"
        case "partial": "Sent in part"
        case "rejected": send.isKeptBack ? "Kept back" : "Refused"
        case "expired": "Given up"
        case "cancelled": "Cancelled"
        case "denied": "Denied"
        case "unconfirmed": "Unconfirmed"
        default: send.state
        }
    }

    /// Where a send stands, in a sentence or two.
    static func standing(_ send: SendView) -> String {
        switch send.state {
        case "ready":
            send.error == nil ? "It is about to be sent." : "It waits for its account, which is paused."
        case "scheduled": "It waits for the time that was chosen for it."
        case "held": "It waits for a person. Nothing of it has left."
        case "sending": "It is on its way to the submission server."
        case "deferred":
            send.isTakenForSome
                ? "The server took it for some; for the others it is tried again."
                : "The server did not take it yet. It is tried again by itself."
        case "accepted": "The submission server took it for everybody."
        case "partial": "The submission server took it for some recipients, and not for the others."
        case "rejected":
            send.isKeptBack
                ? "A rule of this server kept it back. Nobody got it."
                : "The submission server refused it. Nobody got it."
        case "expired": "It was tried until its time was up."
        case "cancelled": "It was stopped on purpose."
        case "denied": "A person said no. Nothing of it left."
        case "unconfirmed":
            "All of it was handed over, and then no answer came. It may have arrived, or not."
        default: ""
        }
    }

    /// What the mailbox has shown of a send that was taken; nil for nothing.
    static func delivery(_ delivery: String?) -> String? {
        switch delivery {
        case "bounced": "It came back: the report stands at the recipient."
        case "delayed": "A server on its way says that it is delayed, and goes on trying."
        case "delivered": "It was delivered, as a report says."
        case "in_sent_folder": "The Sent folder holds a copy."
        default: nil
        }
    }

    static func outcome(_ outcome: String) -> String {
        switch outcome {
        case "pending": "Not tried yet"
        case "accepted": "The server took it"
        case "deferred": "Not taken yet; it is tried again"
        case "rejected": "Refused for good"
        case "unconfirmed": "Unknown: it may have arrived"
        case "not_attempted": "Not tried any more"
        case "bounced": "Came back after it was taken"
        case "delivered": "Delivered, as a report says"
        default: outcome
        }
    }

    /// The colour that an outcome shares with a status.
    static func status(ofOutcome outcome: String) -> HTML {
        switch outcome {
        case "accepted", "delivered": "sent"
        case "pending", "deferred": "queued"
        default: "failed"
        }
    }

    /// A status as a class of the style sheet: one of three words, whatever it was.
    static func status(_ status: String) -> HTML {
        switch status {
        case "sent": "sent"
        case "failed": "failed"
        default: "queued"
        }
    }

    static func event(_ event: SendView.Event) -> String {
        event.isAutomatic ? "Answered by a machine" : Self.event(event.type)
    }

    private static func event(_ type: String) -> String {
        switch type {
        case "created": "Recorded"
        case "deduplicated": "Asked for again with the same key"
        case "scheduled": "Scheduled"
        case "held": "Held for a person"
        case "approved": "Approved"
        case "denied": "Denied"
        case "attempt_started": "Attempt begun"
        case "released": "Given back before anything was sent"
        case "retried": "Sent again by hand"
        case "deferred": "Put off"
        case "accepted": "Taken by the server"
        case "partial": "Taken for some"
        case "rejected": "Refused"
        case "unconfirmed": "No answer came"
        case "reconciled": "Found to have been taken"
        case "expired": "Given up"
        case "cancelled": "Cancelled"
        case "sent_copy_saved": "Copy saved in the Sent folder"
        case "sent_copy_found": "Copy found in the Sent folder"
        case "delivered": "Delivered"
        case "delayed": "Delayed on its way"
        case "bounced": "Came back"
        case "replied": "Answered"
        default: type
        }
    }

    /// The status whose colour an event has; nil for what decides nothing.
    static func status(ofEvent type: String) -> HTML? {
        switch type {
        case "accepted", "partial", "reconciled", "delivered", "sent_copy_found": "sent"
        case "rejected", "unconfirmed", "expired", "cancelled", "denied", "bounced": "failed"
        case "held", "deferred", "scheduled", "delayed": "queued"
        default: nil
        }
    }
}
