import Curl
import Mail

/// Thrown inside this room where a transaction cannot go on; it becomes the transaction's fault.
struct Broken: Error {
    let fault: TransportFault

    init(_ fault: TransportFault) { self.fault = fault }

    init(_ kind: TransportFault.Kind, _ detail: String) {
        self.fault = TransportFault(kind, detail: Reply.printable(detail))
    }

    /// A fault on an open line, by what was awaited (`the reply to MAIL`).
    init(_ error: CurlError, awaiting what: String) {
        let words = Reply.printable(error.detail)
        switch error.kind {
        case .timedOut: self.init(TransportFault(.timedOut, detail: "no end of \(what) in time"))
        case .cancelled: self.init(TransportFault(.cancelled, detail: "cancelled while awaiting \(what)"))
        case .stopped:
            self.init(TransportFault(.cancelled, detail: "shut down while awaiting \(what)"))
        default:
            self.init(
                TransportFault(.lineLost, detail: "awaiting \(what): \(words)", curlCode: error.name))
        }
    }
}
