import NIOHTTP1

/// A request from its head to where both it and its answer have ended.
struct Exchange {
    let head: HTTPRequestHead
    let body: RequestBody
    var isStarted = false
    var isRead = false
    var isAnswered = false
}

extension HTTPRequestHead {
    /// Octets of the body as announced; nil where that is not said.
    var bodySize: Int? {
        if let size = headers.first(name: "Content-Length").flatMap({ Int($0) }) { return size }
        return headers.contains(name: "Transfer-Encoding") ? nil : 0
    }

    /// It waits for a word before it sends the body (RFC 9110 §10.1.1).
    var asksToGoOn: Bool { headers.first(name: "Expect")?.lowercased() == "100-continue" }

    /// Behind it the parser reads no further (RFC 9110 §7.8, §9.3.6); nothing here upgrades.
    var isLast: Bool { method == .CONNECT || headers.contains(name: "Upgrade") }
}
