package import Mail

/// How much an account may send in which time.
package struct SendLimit: Sendable, Hashable, CustomStringConvertible {
    /// What is counted: messages, or the people they go to, as most providers do.
    package enum Unit: String, Sendable, CaseIterable {
        case sends, recipients
    }

    /// A time that ends now and moves with it.
    package enum Window: String, Sendable, CaseIterable {
        case minute, hour, day

        package var seconds: Double {
            switch self {
            case .minute: 60
            case .hour: 3_600
            case .day: 86_400
            }
        }
    }

    /// At least 1.
    package let count: Int
    package let unit: Unit
    package let window: Window

    package init(_ count: Int, _ unit: Unit = .sends, per window: Window) {
        self.count = count
        self.unit = unit
        self.window = window
    }

    /// `10/minute`, `500 recipients/day`: what it is written as in settings.
    package var description: String {
        unit == .sends ? "\(count)/\(window.rawValue)" : "\(count) \(unit.rawValue)/\(window.rawValue)"
    }

    /// `minute`, `recipients_day`: what tells it from the account's others.
    package var name: String {
        unit == .sends ? window.rawValue : "\(unit.rawValue)_\(window.rawValue)"
    }
}

/// What is left of a limit.
package struct Quota: Sendable, Hashable {
    package let limit: SendLimit
    /// Never below 0: a limit may have been lowered since.
    package let remaining: Int

    package init(of limit: SendLimit, used: Int) {
        self.limit = limit
        self.remaining = max(0, limit.count - used)
    }
}

/// A limit that has no room for a send.
package struct LimitReached: Sendable, Hashable {
    package let limit: SendLimit
    /// Of the limit's unit, within its window.
    package let used: Int
    /// What the send would add.
    package let added: Int
    /// When it has room, if nothing else is sent until then; in no case where the send alone is more than the limit.
    package let freeAt: Timestamp?

    package init(_ limit: SendLimit, used: Int, added: Int, freeAt: Timestamp?) {
        self.limit = limit
        self.used = used
        self.added = added
        self.freeAt = freeAt
    }
}
