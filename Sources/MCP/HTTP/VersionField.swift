/// What `MCP-Protocol-Version` says about a message.
enum VersionField {
    case absent
    case legacy
    case modern
    /// No revision of ours, or more than one.
    case unknown

    init(_ fields: HTTPFields) {
        let values = fields.values(of: MirroredFields.version)
        if values.isEmpty {
            self = .absent
        } else if values.count == 1, let revision = Revision(rawValue: values[0]) {
            self = revision.isModern ? .modern : .legacy
        } else {
            self = .unknown
        }
    }

    static let refusal = "`\(MirroredFields.version)` must name one version that this server supports."
}
