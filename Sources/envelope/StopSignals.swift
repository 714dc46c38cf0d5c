import Glibc
import Synchronization
import UnixSignals

/// Has a signal end a command as it ends a server: nothing more is begun, and a reply to the final dot is waited for. A
/// second one ends it at once.
final class StopSignals: Sendable {
    private let house: House
    private let isStopping = Atomic(false)

    init(_ house: House) { self.house = house }

    /// From now on. What the caller has had ignored, as `nohup` does, stays ignored.
    func trap() async {
        let wanted = [UnixSignal.sigint, .sigterm, .sighup].filter { !Self.isIgnored($0.rawValue) }
        let signals = await UnixSignalsSequence(trapping: wanted)
        Task {
            for await signal in signals { self.stop(128 + signal.rawValue) }
        }
    }

    /// Comes back only where no signal has come: else the process ends by that.
    func passed() async {
        while isStopping.load(ordering: .relaxed) { try? await Task.sleep(for: .seconds(60)) }
    }

    private func stop(_ status: Int32) {
        if isStopping.exchange(true, ordering: .relaxed) { _exit(status) }
        StandardError.write(
            "envelope: stopping as soon as what is under way has ended; a second signal stops it at once\n")
        Task {
            await self.house.finish(within: House.patience)
            // For the command to print what came of it, where that is known now.
            try? await Task.sleep(for: .milliseconds(200))
            exit(status)
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
