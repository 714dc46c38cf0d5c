/// One HTTP request to the endpoint of the protocol, its body complete.
package struct HTTPMessage: Sendable {
    /// As sent: `POST`.
    package let method: String
    package let fields: HTTPFields
    package let body: [UInt8]
    /// Who asks, as the guard at the door found out; sessions and sealed state belong to one principal.
    package let principal: String

    package init(method: String, fields: HTTPFields, body: [UInt8] = [], principal: String) {
        self.method = method
        self.fields = fields
        self.body = body
        self.principal = principal
    }
}
