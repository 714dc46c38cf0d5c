import JSON
import MCP
import Tools

extension Pages {
    /// Who a decision on a page is said to come from.
    private static let person = "a person on the web page"

    /// What a button does; then the page of the send, with what did not work.
    func act(_ request: WebRequest) async -> HTTPReply {
        let id = request.path[2]
        let form = Form(request.body)
        guard isOwnForm(request, form) else {
            return refusal(
                SendView.Fault([
                    "message":
                        "Nothing was done: this came from no page of this server, or from one that is too old.",
                    "hint": "Open the send again and repeat it there.",
                ]), status: 403)
        }
        let result: ToolResult
        switch request.path[3] {
        case "cancel": result = await operations.cancel(id)
        case "retry": result = await operations.retry(id, evenIfItMayHaveArrived: form["twice"] == "yes")
        case "approve":
            // Without the digest it would be a word for anything.
            result = await operations.approve(id, content: form["content"] ?? "", by: Self.person)
        case "deny":
            let reason = form["reason"].map(Self.line)
            result = await operations.deny(
                id, by: Self.person, reason: reason?.isEmpty == false ? reason : nil)
        default: return missing(Problem(404, "There is nothing of that kind to do.", hint: "Go back."))
        }
        // A send that failed is an answer; a refusal is not.
        guard result.isError, result.structured?["id"] == nil else {
            return .whole(
                status: 303, fields: ["Location": "/ui/sends/\(Target.encoded(id))"], body: [])
        }
        return await send(
            id, fault: (SendView.Fault(result.structured?["error"]), result.httpStatus))
    }

    /// The token is on this process's pages alone, which no other site can read; and a browser says where a form comes
    /// from (Fetch Metadata).
    private func isOwnForm(_ request: WebRequest, _ form: Form) -> Bool {
        let sites = request.fields.values(of: "Sec-Fetch-Site")
        if !sites.isEmpty, sites != ["same-origin"] { return false }
        let types = request.fields.values(of: "Content-Type")
        guard types.count == 1, types[0].lowercased().hasPrefix("application/x-www-form-urlencoded") else {
            return false
        }
        return Self.isEqual(form["token"] ?? "", token)
    }

    /// Takes as long for any text of a length.
    private static func isEqual(_ shown: String, _ secret: String) -> Bool {
        let (shown, secret) = (Array(shown.utf8), Array(secret.utf8))
        guard shown.count == secret.count, !secret.isEmpty else { return false }
        return zip(shown, secret).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// One line of at most 200 characters.
    private static func line(_ text: String) -> String {
        let plain = String.UnicodeScalarView(
            text.unicodeScalars.filter {
                switch $0.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            })
        return String(String(plain).prefix(200))
    }
}
