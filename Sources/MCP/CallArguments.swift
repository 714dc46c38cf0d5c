package import JSON
import Synchronization

/// A call's arguments, shared by the rounds of it, until the tool lets go of them: 10 MiB of attachment are 13 MiB here,
/// and a call may wait for a minute after it has read them.
package final class CallArguments: Sendable {
    private let held: Mutex<JSON.Object?>

    package init(_ object: JSON.Object) { held = Mutex(object) }

    /// Unchecked; empty when the client sent none, or after `letGo`.
    package var object: JSON.Object { held.withLock { $0 ?? [:] } }

    /// Frees them. For a tool that has read them and will not ask the client: a further round would find none.
    package func letGo() { held.withLock { $0 = nil } }
}
