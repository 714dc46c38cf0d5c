import Mail
import Synchronization
import TestPeers

/// A transport whose every message waits until the test says how it goes on; counts how many are there.
final class HeldTransport: MailTransport {
    private struct Held {
        let address: String
        let continuation: CheckedContinuation<ScriptedTransport.Act, Never>
    }

    private struct State {
        var held: [Held] = []
        var arrived: [String] = []
        var most = 0
    }

    private let state = Mutex(State())

    /// First recipients of the messages that wait now.
    var waiting: [String] { state.withLock { $0.held.map(\.address) } }
    /// First recipients of all messages so far.
    var arrived: [String] { state.withLock { $0.arrived } }
    /// The most messages that were here at once.
    var most: Int { state.withLock { $0.most } }

    /// Lets the one that waits longest go on; false when none waits.
    @discardableResult
    func release(_ act: @escaping ScriptedTransport.Act = ScriptedTransport.accepts) -> Bool {
        let first = state.withLock { $0.held.isEmpty ? nil : $0.held.removeFirst() }
        first?.continuation.resume(returning: act)
        return first != nil
    }

    func carry(
        _ mailData: MailData, in envelope: Envelope, gate: @escaping Gate, progress: @escaping Progress
    ) async -> Transaction {
        let act = await withCheckedContinuation { continuation in
            state.withLock { state in
                let address = envelope.forwardPaths.first?.text ?? ""
                state.held.append(Held(address: address, continuation: continuation))
                state.arrived.append(address)
                state.most = max(state.most, state.held.count)
            }
        }
        return await act(envelope, gate)
    }
}
