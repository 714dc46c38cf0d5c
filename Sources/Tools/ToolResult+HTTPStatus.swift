import JSON
package import MCP
import Mail

extension Failure.Code {
    /// The HTTP status of a refusal: nothing was recorded or sent.
    var httpStatus: Int {
        switch self {
        case .invalidRequest, .invalidAddress, .invalidAttachment, .unknownAccount: 422
        case .senderNotAllowed, .recipientNotAllowed, .denied: 403
        case .notFound: 404
        case .notCancellable, .duplicateSend, .idempotencyConflict, .cancelled: 409
        case .messageTooLarge: 413
        case .rateLimited: 429
        case .internal: 500
        case .noAccountConfigured: 503
        case .authFailed, .oauthRequired, .tlsFailed, .connectionFailed, .timeout, .senderRejected,
            .recipientRejected, .messageRejected, .mailboxFull, .quotaExceeded, .deferred, .expired,
            .unconfirmed:
            502
        }
    }

    /// The HTTP status of a recorded send that failed: the server behind this one said no, unless a person or this
    /// server did.
    var httpStatusOfSend: Int {
        switch self {
        case .cancelled: 409
        case .denied: 403
        case .internal: 500
        default: 502
        }
    }
}

extension ToolResult {
    /// The HTTP status that says the same: 200, 202 while a send is queued, else that of its error.
    package var httpStatus: Int {
        let status = structured?["status"]?.string
        if !isError { return status == "queued" ? 202 : 200 }
        guard let code = structured?["error"]?["code"]?.string.flatMap(Failure.Code.init(rawValue:)) else {
            return 500
        }
        return status == nil ? code.httpStatus : code.httpStatusOfSend
    }
}
