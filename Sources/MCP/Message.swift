package import JSON

/// One JSON-RPC 2.0 message from the client, told apart by its members.
package enum Message: Sendable {
    case request(Request)
    /// Never answered, whatever is wrong with it.
    case notification(method: String, params: JSON.Object)
    /// The client's answer to a request of ours; nil for an error.
    case response(id: RequestID?, result: JSON?)
    case invalid(ProtocolError, id: RequestID?)

    package init(_ json: JSON) {
        guard let object = json.object else {
            self = .invalid(.invalidRequest("A message must be a JSON object."), id: nil)
            return
        }
        let id = RequestID(object["id"])
        guard let method = object["method"] else {
            if object["result"] != nil || object["error"] != nil {
                self = .response(id: id, result: object["error"] == nil ? object["result"] : nil)
            } else {
                self = .invalid(.invalidRequest("`method` is missing."), id: id)
            }
            return
        }
        guard let method = method.string else {
            self = .invalid(.invalidRequest("`method` must be a string."), id: id)
            return
        }
        if object["id"] == nil {
            self = .notification(method: method, params: object["params"]?.object ?? [:])
        } else if let id {
            if object["jsonrpc"] == "2.0" {
                self = .request(Request(id: id, method: method, params: object["params"]))
            } else {
                self = .invalid(.invalidRequest("`jsonrpc` must be \"2.0\"."), id: id)
            }
        } else {
            self = .invalid(.invalidRequest("`id` must be a string or an integer."), id: nil)
        }
    }
}
