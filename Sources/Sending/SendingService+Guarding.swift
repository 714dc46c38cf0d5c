package import Mail
package import Store

extension SendingService {
    /// What is left of an account's limits; empty where it has none.
    ///
    /// - Parameter name: of the account.
    package func quotas(of name: String) throws(Failure) -> [Quota] {
        guard let account = accounts.first(where: { $0.record.name == name }), !account.rails.limits.isEmpty
        else { return [] }
        let limits = account.rails.limits
        do {
            return try door.forReading()?.quotas(of: account.record.id, limits, at: surroundings.now())
                ?? limits.map { Quota(of: $0, used: 0) }
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// The addresses that are not written to, the oldest suppression first.
    package func suppressions() throws(Failure) -> [Suppression] {
        do {
            return try door.forReading()?.suppressions() ?? []
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Keeps an address from being written to, on a person's word.
    ///
    /// - Returns: the suppression that holds now, and whether it is new.
    package func suppress(
        _ address: Address, reason: String
    ) async throws(Failure) -> (suppression: Suppression, isNew: Bool) {
        let store = try door.forWriting()
        let suppression = Suppression(byHand: address, reason: reason, at: surroundings.now())
        do {
            let isNew = try await store.suppress(suppression)
            return (try store.suppression(of: address) ?? suppression, isNew)
        } catch {
            throw .record(error, "It could not be suppressed")
        }
    }

    /// Lets an address be written to again.
    ///
    /// - Throws: `not_found` when it was not suppressed.
    package func lift(_ address: Address) async throws(Failure) {
        do {
            guard let store = try door.forReading(), try await store.lift(address) else {
                throw Failure(
                    .notFound, "\(address) is not suppressed.",
                    hint: "See those that are with `envelope suppressions list`.")
            }
        } catch {
            throw .record(error, "It is still suppressed")
        }
    }

    /// Ends the pause of an account whose login was refused, because one has just worked: what waits goes out at once,
    /// from this process, and from others within seconds. A limit's pause is not the login's to end.
    ///
    /// - Parameter account: its record's id.
    /// - Returns: whether it was paused.
    @discardableResult
    package func loginWorked(for account: String) async throws(Failure) -> Bool {
        do {
            guard let store = try door.forReading(), let pause = try store.latestPause(of: account),
                pause.failure.isAboutLogin
            else { return false }
            try await store.resume(account)
            await dispatcher.wake(account)
            return pause.until > surroundings.now()
        } catch {
            throw .record(error, "The account's pause could not be ended")
        }
    }

    /// The lists, once more, for a send that is on record: they may have changed since.
    ///
    /// - Throws: `recipient_not_allowed` for a recipient who does not have it.
    func checkLists(for send: SendRecord) throws(Failure) {
        guard let account = accounts.first(where: { $0.record.name == send.accountName }) else { return }
        let open = send.recipients.filter { $0.outcome != .accepted }
        try account.rails.check(open.map(\.address), of: account.record.name)
    }
}

extension SendRecord {
    /// The refusal of a recipient, by the argument that named it.
    func refusal(of address: Address, _ suppression: Suppression) -> Failure {
        let failure = Failure.suppressed(address, suppression)
        guard let index = recipients.firstIndex(where: { $0.address == address }) else { return failure }
        let kind = recipients[index].kind
        return failure.at("\(kind.rawValue)[\(recipients[..<index].count { $0.kind == kind })]")
    }
}
