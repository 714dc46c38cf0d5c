import CCurl
import Synchronization

/// Drives every connection of the process on one thread of its own, with one libcurl multi handle.
///
/// Nothing exists before the first `connect`: no thread, no `curl_global_init`, no descriptor. `shutdown` ends the
/// thread; what is still open then is closed without a word.
package final class Engine: Sendable {
    package struct Limits: Sendable {
        /// Connects with TLS in progress at once; more wait their turn. A handshake costs 0.8 ms CPU, and 64 at once were
        /// measured to hold up everybody else for 19 ms.
        package var tlsConnectsInFlight: Int
        /// The same without TLS, where a connect costs next to nothing.
        package var plainConnectsInFlight: Int
        /// HTTP requests under way at once; more wait their turn.
        package var exchangesInFlight: Int

        package init(
            tlsConnectsInFlight: Int = 8, plainConnectsInFlight: Int = 64, exchangesInFlight: Int = 16
        ) {
            self.tlsConnectsInFlight = max(1, tlsConnectsInFlight)
            self.plainConnectsInFlight = max(1, plainConnectsInFlight)
            self.exchangesInFlight = max(1, exchangesInFlight)
        }
    }

    private let limits: Limits
    private let inbox: Inbox
    /// For tasks whose work is all conversation: see `EngineExecutor`.
    package let executor: EngineExecutor
    private let isStarted = Mutex(false)
    private let lastID = Atomic<UInt64>(0)

    package init(limits: Limits = Limits()) {
        self.limits = limits
        self.inbox = Inbox()
        self.executor = EngineExecutor(inbox: inbox)
    }

    deinit { _ = inbox.put(.stop(nil)) }

    /// Opens a line: name, TCP, TLS, greeting, EHLO, STARTTLS and login, all before one deadline.
    ///
    /// Cancelling the task gives the connect up at once. Throws `CurlError` with how far it got.
    package func connect(
        _ request: ConnectRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> Connection {
        if let fault = start() { throw fault }
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let inbox = inbox
        let opened = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter<Opened>) in
                if !inbox.put(.connect(id, request, deadline: deadline, waiter)) {
                    waiter.resume(returning: .failure(.stopped))
                }
                // A cancel before the order went in had nothing to hit.
                if Task.isCancelled { _ = inbox.put(.cancelConnect(id)) }
            }
        } onCancel: {
            _ = inbox.put(.cancelConnect(id))
        }
        return Connection(
            id: id, inbox: inbox, session: try opened.get().session, strikeout: request.strikeout)
    }

    /// Makes one HTTP exchange on a connection of its own, all of it before one deadline.
    ///
    /// Any status is a response, not an error. Cancelling the task gives it up at once. Throws `CurlError` with how far
    /// it got; unless its session says `isRequested`, the server has heard nothing of the request.
    package func perform(
        _ request: HTTPRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> HTTPResponse {
        if let fault = start() { throw fault }
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let inbox = inbox
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter<HTTPResponse>) in
                if !inbox.put(.perform(id, request, deadline: deadline, waiter)) {
                    waiter.resume(returning: .failure(.stopped))
                }
                // A cancel before the order went in had nothing to hit.
                if Task.isCancelled { _ = inbox.put(.cancelExchange(id)) }
            }
        } onCancel: {
            _ = inbox.put(.cancelExchange(id))
        }.get()
    }

    /// Closes every line without a word, ends the thread, and returns when it has ended.
    package func shutdown() async {
        guard isStarted.withLock({ $0 }) else {
            _ = inbox.stop()
            return
        }
        _ = await withCheckedContinuation { (waiter: Waiter<Void>) in
            if !inbox.put(.stop(waiter)) { waiter.resume(returning: .success(())) }
        }
    }

    /// Nil once the thread runs.
    private func start() -> CurlError? {
        isStarted.withLock { isStarted in
            if isStarted { return nil }
            let code = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
            guard code == CURLE_OK else { return .unloadable }
            guard let bell = inbox.hangBell() else { return .exhausted }
            let inbox = inbox
            let executor = executor
            let limits = limits
            isStarted = EngineThread.start {
                // Made on the thread and never seen outside it.
                let loop = Loop(inbox: inbox, executor: executor, bell: bell, limits: limits)
                EngineThread.lend(loop) { loop.run() }
            }
            return isStarted ? nil : .exhausted
        }
    }
}
