import JSON

/// The subscriptions of one session: their number is bounded, and a legacy one is found again by its URI.
struct OpenStreams: Sendable {
    /// By serial number, how many URIs each watches; at least one.
    private var weights: [Int: Int] = [:]
    /// By URI, as a JSON string: unlike Swift's own those are equal only when their code points are.
    private var serials: [JSON: Int] = [:]

    var weight: Int { weights.values.reduce(0, +) }

    func isOpen(_ serial: Int) -> Bool { weights[serial] != nil }

    /// The legacy subscription to that URI.
    subscript(uri: String) -> Int? { serials[.string(uri)] }

    mutating func begin(_ serial: Int, weight: Int) {
        weights[serial] = max(weight, 1)
    }

    mutating func begin(_ serial: Int, uri: String) {
        begin(serial, weight: 1)
        serials[.string(uri)] = serial
    }

    mutating func end(_ serial: Int) {
        if weights.removeValue(forKey: serial) == nil { return }
        if let uri = serials.first(where: { $0.value == serial })?.key { serials[uri] = nil }
    }
}
