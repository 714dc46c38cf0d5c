/// How far an attempt got; it only moves forward.
package enum Phase: String, CaseIterable, Sendable, Comparable, Codable {
    case resolve, connect, tls, greeting, ehlo, auth, mail, rcpt, data, body
    /// The last octets of the mail data may be at the server: from here on silence means "unconfirmed".
    case finalDot = "final_dot"
    case done

    package static func < (left: Phase, right: Phase) -> Bool { left.order < right.order }

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
