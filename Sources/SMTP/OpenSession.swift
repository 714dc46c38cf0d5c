import Curl

/// A session between two transactions: logged in, nothing half said.
struct OpenSession: Sendable {
    let connection: Connection
    let capabilities: Capabilities
    var transactions = 0
}
