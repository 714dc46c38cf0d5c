package import MCP

/// One HTTP request that was let in, its body complete where its route takes one.
package struct WebRequest: Sendable {
    /// As sent, except that HEAD is GET here: only what is written back differs.
    package let method: String
    package let fields: HTTPFields
    /// Who asks, as the door found out.
    package let principal: String
    package let body: [UInt8]
    let target: Target
    let waiting: Waiting

    init(
        method: String, target: Target, fields: HTTPFields, principal: String, body: [UInt8] = [],
        waiting: Waiting = .none
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.principal = principal
        self.body = body
        self.waiting = waiting
    }

    /// What stands between the slashes of the path, decoded.
    package var path: [String] { target.segments }

    /// The value of a query parameter that is given once; nil when it is absent or repeated.
    package func query(_ name: String) -> String? {
        let found = target.query.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    /// True for a program whose user reads the answer as it is.
    var wantsPretty: Bool {
        guard let agent = fields.only("User-Agent") else { return false }
        return agent.hasPrefix("curl/") || agent.hasPrefix("HTTPie/") || agent.hasPrefix("Wget/")
    }
}
