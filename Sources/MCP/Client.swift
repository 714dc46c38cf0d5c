package import JSON

/// The other side of a request: which revision it speaks and what it says it can do.
package struct Client: Sendable {
    package let revision: Revision
    /// `ClientCapabilities`: of this request alone in a modern revision, of the handshake in a legacy one.
    package let capabilities: JSON.Object
    /// False where no question of ours could reach the client and come back.
    let isAskable: Bool

    package init(revision: Revision, capabilities: JSON.Object = [:], isAskable: Bool = true) {
        self.revision = revision
        self.capabilities = capabilities
        self.isAskable = isAskable
    }

    /// True when the client can be asked for `elicitation` (forms), `elicitation.url`, `sampling` or `roots`.
    package func can(_ capability: String) -> Bool {
        if !isAskable { return false }
        let path = capability.split(separator: ".").map(String.init)
        guard let first = path.first, let declared = capabilities[first]?.object else { return false }
        if first == "elicitation" {
            if revision < .june2025 { return false }
            // An empty object means forms, as it did before there was anything else.
            if path.count == 1 { return declared["form"] != nil || declared["url"] == nil }
        }
        return path.dropFirst().allSatisfy { declared[$0] != nil }
    }
}
