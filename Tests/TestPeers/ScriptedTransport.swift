package import Mail
import Synchronization

/// A transport that plays transactions written down by a test, one for each message it is handed.
package final class ScriptedTransport: MailTransport {
    /// One message that it was handed.
    package struct Carried: Sendable {
        package let mailData: MailData
        package let envelope: Envelope
        /// Whether the gate opened; nil when the script ends before it.
        package let gateOpened: Bool?
    }

    /// Plays one transaction: gets the envelope and the gate, as a real transport does.
    package typealias Act = @Sendable (Envelope, Gate) async -> Transaction

    private let acts: Mutex<[Act]>
    private let taken = Mutex<[Carried]>([])

    /// - Parameter acts: in order; a message beyond the last gets a fault.
    package init(_ acts: [Act]) { self.acts = Mutex(acts) }

    /// The messages so far.
    package var carried: [Carried] { taken.withLock { $0 } }

    package func carry(
        _ mailData: MailData, in envelope: Envelope, gate: @escaping Gate, progress: @escaping Progress
    ) async -> Transaction {
        let act = acts.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        progress(.phase(.resolve))
        guard let act else {
            var transaction = Transaction(forwardPaths: envelope.forwardPaths)
            transaction.fault = TransportFault(.protocolError, detail: "the script has ended")
            return transaction
        }
        let opened = Mutex<Bool?>(nil)
        let transaction = await act(envelope) {
            for phase in [Phase.mail, .rcpt, .data, .body] { progress(.phase(phase)) }
            progress(.halfOfBodySent)
            do {
                try await gate()
                opened.withLock { $0 = true }
                progress(.phase(.finalDot))
                progress(.finalDotSent)
            } catch {
                opened.withLock { $0 = false }
                throw error
            }
        }
        if transaction.finalDot != nil { progress(.finalDotAnswered) }
        taken.withLock {
            $0.append(Carried(mailData: mailData, envelope: envelope, gateOpened: opened.withLock { $0 }))
        }
        return transaction
    }
}

extension ScriptedTransport {
    /// Every recipient gets 250, and so does the final dot.
    package static let accepts = replies(rcpt: [250], finalDot: 250)

    /// Replies with these codes: to each RCPT in order (the last one repeats), then to the final dot.
    package static func replies(rcpt: [Int], finalDot: Int?, text: String = "as scripted") -> Act {
        { envelope, gate in
            var transaction = Transaction(forwardPaths: envelope.forwardPaths)
            transaction.phase = .rcpt
            transaction.mail = Reply(code: 250, enhanced: nil, text: "ok")
            for index in transaction.recipients.indices {
                let code = rcpt[min(index, rcpt.count - 1)]
                transaction.recipients[index].reply = Reply(
                    code: code, enhanced: code == 550 ? EnhancedStatusCode(5, 1, 1) : nil, text: text)
            }
            guard rcpt.contains(250), let finalDot else { return transaction }
            transaction.data = Reply(code: 354, enhanced: nil, text: "go on")
            transaction.phase = .body
            do { try await gate() } catch {
                transaction.fault = TransportFault(.gateClosed, detail: "\(error)")
                return transaction
            }
            transaction.phase = .finalDot
            transaction.finalDotMayHaveLeft = true
            if finalDot == 0 {
                transaction.fault = TransportFault(.lineLost, detail: "connection reset")
                return transaction
            }
            transaction.finalDot = Reply(code: finalDot, enhanced: nil, text: text)
            transaction.phase = .done
            return transaction
        }
    }

    /// Nobody answers at the server's address.
    package static let unreachable: Act = { envelope, _ in
        var transaction = Transaction(forwardPaths: envelope.forwardPaths)
        transaction.phase = .connect
        transaction.fault = TransportFault(.connectFailed, detail: "Connection refused")
        return transaction
    }
}
