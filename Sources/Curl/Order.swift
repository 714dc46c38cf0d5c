/// Names one handle for as long as the engine lives: never used again, unlike a descriptor.
typealias LineID = UInt64
/// Names one wait, so that a cancel can never hit a later one.
typealias Ticket = UInt64

typealias Waiter<Value: Sendable> = CheckedContinuation<Result<Value, CurlError>, Never>

/// What a caller asks of the engine's thread.
enum Order: Sendable {
    case connect(LineID, ConnectRequest, deadline: ContinuousClock.Instant, Waiter<Opened>)
    case send(LineID, Ticket, [UInt8], onlyIfQuiet: Bool, deadline: ContinuousClock.Instant, Waiter<Void>)
    case receive(LineID, Ticket, deadline: ContinuousClock.Instant, Waiter<[UInt8]>)
    case perform(LineID, HTTPRequest, deadline: ContinuousClock.Instant, Waiter<HTTPResponse>)
    case cancelConnect(LineID)
    case cancelExchange(LineID)
    case cancel(LineID, Ticket)
    case close(LineID, farewell: [UInt8], Waiter<Void>?)
    case stop(Waiter<Void>?)
}

/// A finished connect.
struct Opened: Sendable {
    let session: Session
}
