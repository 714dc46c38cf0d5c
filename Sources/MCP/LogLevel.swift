/// How much a message to the client matters, by the severities of RFC 5424.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, notice, warning, error, critical, alert, emergency

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package static func < (one: LogLevel, other: LogLevel) -> Bool { one.rank < other.rank }
}
