import Mail
import TestPeers

/// What servers do to whole accounts, and transports that a test holds up.
extension ScriptedTransport {
    /// A refusal of the session: the greeting, EHLO or AUTH.
    static func refusesSession(_ line: String, in phase: Phase = .auth) -> Act {
        { envelope, _ in
            var transaction = Transaction(forwardPaths: envelope.forwardPaths)
            transaction.phase = phase
            transaction.sessionRefusal = Reply(lines: [line])
            return transaction
        }
    }

    /// A refusal of MAIL, or of every RCPT.
    static func refuses(_ line: String, in phase: Phase) -> Act {
        { envelope, _ in
            var transaction = Transaction(forwardPaths: envelope.forwardPaths)
            transaction.phase = phase
            transaction.mail = Reply(lines: [phase == .mail ? line : "250 ok"])
            if phase == .rcpt {
                for index in transaction.recipients.indices {
                    transaction.recipients[index].reply = Reply(lines: [line])
                }
            }
            return transaction
        }
    }

    static let wrongPassword = refusesSession("535 5.7.8 Username and Password not accepted")

    /// Takes so many recipients, answers the others with 452 4.5.3.
    static func takes(_ count: Int) -> Act {
        { envelope, gate in
            var transaction = await accepts(envelope, gate)
            for index in transaction.recipients.indices.dropFirst(count) {
                transaction.recipients[index].reply = Reply(lines: ["452 4.5.3 Too many recipients"])
            }
            return transaction
        }
    }

    /// Waits for the latch, which a cancel opens too: then nothing was sent.
    static func held(by latch: Latch, then act: @escaping Act = accepts) -> Act {
        { envelope, gate in
            await latch.waitOrCancel()
            guard Task.isCancelled else { return await act(envelope, gate) }
            var transaction = Transaction(forwardPaths: envelope.forwardPaths)
            transaction.phase = .data
            transaction.fault = TransportFault(.cancelled, detail: "stopped")
            return transaction
        }
    }

    /// Waits for the latch and hears of no cancel.
    static func stuck(by latch: Latch, then act: @escaping Act = accepts) -> Act {
        { envelope, gate in
            await latch.wait()
            return await act(envelope, gate)
        }
    }

    /// Passes the gate, and waits for the reply until the latch is open.
    static func stuckBehindGate(by latch: Latch, finalDot: Int = 250) -> Act {
        { envelope, gate in
            await replies(rcpt: [250], finalDot: finalDot)(envelope) {
                try await gate()
                await latch.wait()
            }
        }
    }
}
