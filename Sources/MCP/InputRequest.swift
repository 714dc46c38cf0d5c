package import JSON

/// One thing that a server wants from its client: `elicitation/create`, `sampling/createMessage` or `roots/list`.
package struct InputRequest: Sendable {
    package let method: String
    /// As the newest revision has them.
    package let params: JSON.Object

    package init(method: String, params: JSON.Object = [:]) {
        self.method = method
        self.params = params
    }

    /// A form for the person in front of the client.
    ///
    /// - Parameter schema: an object of strings, numbers, booleans and enumerations, one level deep.
    package static func form(message: String, schema: JSON.Object) -> InputRequest {
        InputRequest(
            method: "elicitation/create",
            params: ["mode": "form", "message": .string(message), "requestedSchema": .object(schema)])
    }

    /// What the client must be capable of.
    var capability: String {
        switch method {
        case "elicitation/create": params["mode"] == "url" ? "elicitation.url" : "elicitation"
        case "sampling/createMessage": "sampling"
        case "roots/list": "roots"
        default: ""
        }
    }
}
