internal import Mail

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Which of the faults that are played once have been played, so that the next try is taken.
///
/// RCPT comes before the message, so a try is known by its reverse-path, its forward-path (with the `+tag`) and
/// its declared SIZE: the same stored octets sent again agree in all three, another message hardly ever does.
/// A try that was let through counts only once its mail data is taken: a transaction that breaks off in between
/// does not use it up. Kept as empty files beside the messages: the next try may be another process's.
struct FaultMemory: Sendable {
    private let inbox: SandboxInbox

    init(in inbox: SandboxInbox) { self.inbox = inbox }

    /// The reply that refuses this recipient now; nil when it is to be taken.
    func refusal(of forwardPath: String, in transaction: Dialogue.Transaction) -> Reply? {
        guard let simulated = SimulatedAddress(playedBy: forwardPath), let reply = simulated.refusal else {
            return nil
        }
        guard simulated.isTakenLater else { return reply }
        do throws(SandboxInboxError) {
            try inbox.makeFolder()
            // There already: this is the next try.
            if try InboxFile.making(mark(of: forwardPath, in: transaction)) == nil { return nil }
        } catch {
            // Where no mark can be made no message can be taken either.
        }
        return reply
    }

    /// Forgets the refusals that the taken transaction made good.
    func settle(_ transaction: Dialogue.Transaction) {
        for forwardPath in transaction.forwardPaths
        where SimulatedAddress(playedBy: forwardPath)?.isTakenLater == true {
            unlink(mark(of: forwardPath, in: transaction))
        }
    }

    /// The file that stands for a refused try. FNV-1a tells tries apart, and makes a name of whatever they hold.
    private func mark(of forwardPath: String, in transaction: Dialogue.Transaction) -> String {
        let size = transaction.parameters.size.map(String.init) ?? ""
        let attempt = "\(transaction.reversePath.lowercased())\n\(forwardPath.lowercased())\n\(size)"
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in attempt.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "\(inbox.folder)/.refused-" + String(hash, radix: 16)
    }
}

extension SimulatedAddress {
    fileprivate var isTakenLater: Bool { self == .deferred || self == .mailboxFull }
}
