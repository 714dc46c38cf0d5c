package import Mail
package import Store

extension SendingService {
    /// Composes the message and says what would be sent; records nothing, sends nothing.
    ///
    /// - Throws: what `send` would throw now, but for a used key and a duplicate: they are no fault of the message.
    package func preview(_ request: SendRequest) throws(Failure) -> NewSend {
        let new = try composition.newSend(from: request)
        guard let store = try door.forReading() else { return new }
        do {
            switch try store.obstacle(to: new) {
            case .suppressed(let address, let suppression):
                throw SendHistory(recorded: new).send.refusal(of: address, suppression)
            case .limited(let reached):
                throw Failure.limited(reached, account: new.account.name, at: new.createdAt)
            default: return new
            }
        } catch {
            throw .record(error, "The record could not be read")
        }
    }
}
