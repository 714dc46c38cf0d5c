import Mail

/// Which sends wait for a person's yes before anything leaves.
package enum ApprovalPolicy: String, Sendable, CaseIterable, Comparable {
    case none
    /// Those with a recipient outside the domain of the account's own sender.
    case external
    case all

    // The order is that of strictness, so the stricter of two is the larger.
    package static func < (one: ApprovalPolicy, other: ApprovalPolicy) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .none: 0
        case .external: 1
        case .all: 2
        }
    }

    /// Why a message to these people waits; nil when it may leave at once.
    func reason(toHold recipients: [Address], from sender: Address) -> String? {
        switch self {
        case .none: return nil
        case .all: return "every message waits for a person's approval"
        case .external:
            let outside = recipients.filter { $0.domain != sender.domain }
            guard let first = outside.first else { return nil }
            let others = outside.count == 1 ? "" : " and \(outside.count - 1) more"
            return "\(first)\(others) is outside \(sender.domain): it waits for a person's approval"
        }
    }
}
