#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Starts a detached POSIX thread that takes no signals: SIGPIPE stays pending there (TLS writes raise it), and
/// SIGTERM finds a thread that waits for it.
enum EngineThread {
    fileprivate final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// False when the system gives no thread.
    static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(run))
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(&thread, nil, begin, body.toOpaque())
        if status == 0, let thread { pthread_detach(thread) }
        #else
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, begin, body.toOpaque())
        if status == 0 { pthread_detach(thread) }
        #endif
        if status != 0 { body.release() }
        return status == 0
    }

    /// Runs the body with `loop` as the one of this thread.
    static func lend(_ loop: Loop, _ body: () -> Void) {
        guard let key else { return body() }
        pthread_setspecific(key, Unmanaged.passUnretained(loop).toOpaque())
        defer { pthread_setspecific(key, nil) }
        body()
    }

    /// The loop that runs on the calling thread, if it is an engine's: so nobody else can ever touch it.
    static var loop: Loop? {
        guard let key, let raw = pthread_getspecific(key) else { return nil }
        return Unmanaged<Loop>.fromOpaque(raw).takeUnretainedValue()
    }

    /// Nil when the system has no slot left; then the threads do without.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()
}

private func begin(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw else { return nil }
    Unmanaged<EngineThread.Body>.fromOpaque(raw).takeRetainedValue().run()
    return nil
}
