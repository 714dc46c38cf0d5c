/// A dated revision of the Model Context Protocol that this room speaks.
package enum Revision: String, Sendable, CaseIterable, Comparable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// True where each request carries its own version and capabilities and there is no handshake.
    package var isModern: Bool { self >= .july2026 }

    /// The revisions that begin with `initialize`, oldest first.
    package static let legacy = allCases.filter { !$0.isModern }
    /// The stateless revisions, which discovery names.
    package static let modern = allCases.filter(\.isModern)
    /// What an `initialize` that asks for an unknown revision is offered.
    package static let latestLegacy = Revision.november2025

    // The dates are ISO 8601, so their order as text is their order in time.
    package static func < (one: Revision, other: Revision) -> Bool { one.rawValue < other.rawValue }
}
