package import JSON
package import MCP
import Mail

/// What went wrong, as an HTTP face says it: a status, and the members of RFC 9457 with those of a failure.
package struct Problem: Error, Sendable {
    package let status: Int
    /// As every face returns it: `code`, `message`, `hint` and the rest.
    let failure: JSON.Object
    /// The send that failed; nil when nothing was recorded.
    let send: JSON.Object?

    init(_ failure: Failure) {
        self.status = failure.code.httpStatus
        self.failure = .failure(failure)
        self.send = nil
    }

    /// A result that is an error: a refusal, or a recorded send that failed.
    package init(_ result: ToolResult) {
        self.status = result.httpStatus
        self.failure = result.structured?["error"]?.object ?? [:]
        self.send = result.structured?["id"] == nil ? nil : result.structured
    }

    /// A request that no operation ever saw.
    ///
    /// - Parameter status: 4yz or 5yz; the code follows from it.
    package init(_ status: Int, _ message: String, hint: String, field: String? = nil) {
        let code: Failure.Code =
            switch status {
            case 404: .notFound
            case 413: .messageTooLarge
            case 429: .rateLimited
            case 500...: .internal
            default: .invalidRequest
            }
        self.status = status
        self.failure = .failure(
            Failure(code, message, hint: hint, retryable: [408, 429, 503].contains(status), field: field))
        self.send = nil
    }

    /// Seconds until the same request may succeed, where that is known.
    package var retryAfter: Int? { failure["retry_after"]?.integer.map { Int($0) } }

    /// `application/problem+json` (RFC 9457 §3).
    ///
    /// - Parameter title: the status's own phrase, which a problem of the type `about:blank` bears.
    package func json(title: String) -> JSON.Object {
        var object: JSON.Object = [
            "type": "about:blank", "title": .string(title), "status": .integer(Int64(status)),
        ]
        object["detail"] = failure["message"] ?? "Something went wrong in this server."
        if let id = send?["id"]?.string { object["instance"] = .string("/track/\(id)") }
        for (name, value) in failure where name != "message" { object[name] = value }
        if object["code"] == nil { object["code"] = "internal" }
        if let send {
            object["id"] = send["id"]
            object["send"] = .object(send)
            object["next_step"] = send["next_step"]
        }
        return object
    }
}

extension Problem {
    /// The same with another status, where it answers another question.
    package init(_ problem: Problem, status: Int) {
        self.status = status
        self.failure = problem.failure
        self.send = problem.send
    }
}
