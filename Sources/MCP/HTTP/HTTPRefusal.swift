/// A request that is turned away before anything of it is understood: a status and a sentence for whoever wrote the
/// client. It repeats nothing that the client sent.
package struct HTTPRefusal: Error, Sendable {
    package let status: Int
    package let reason: String
    /// What the status demands beside itself, such as `WWW-Authenticate` and `Allow`.
    package let fields: HTTPFields

    package init(_ status: Int, _ reason: String, fields: HTTPFields = [:]) {
        self.status = status
        self.reason = reason
        self.fields = fields
    }

    /// The sentence as plain text.
    package var reply: HTTPReply {
        var fields = fields
        fields.append("Content-Type", "text/plain; charset=utf-8")
        return .whole(status: status, fields: fields, body: Array((reason + "\n").utf8))
    }
}
