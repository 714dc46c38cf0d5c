import Curl
import Mail
import SMTP
import Sending
import Store

extension Examination {
    /// Each account: where it comes from, whether it can log in, what waits.
    func accounts(_ store: Store?, _ path: String) async -> [Finding] {
        if settings.isSandbox {
            return [Finding("sandbox", .note, "nothing leaves this machine; accounts are not used")]
        }
        var findings: [Finding] = []
        var isAny = false
        do throws(Failure) {
            if let (account, transport) = try Account.environment(settings, now: { .now }) {
                isAny = true
                findings += await look(at: account, transport, "in the settings", store)
            }
            let keys = SecretKeys(beside: path, environment: environment)
            for stored in try store?.accounts() ?? [] {
                isAny = true
                do throws(Failure) {
                    let secret =
                        try store.map { store throws(Failure) in try keys.secret(of: stored, in: store) }
                        ?? nil
                    let tokens = store.flatMap {
                        OAuthTokens(
                            of: stored, in: $0, at: path, keys: keys, engine: Engine(), environment)
                    }
                    if let tokens { findings.append(await login(tokens)) }
                    let (account, transport) = try Account.configured(
                        stored, sealed: secret, tokens: tokens, settings, now: { .now })
                    findings += await look(
                        at: account, transport, "stored\(stored.isDefault ? ", the default" : "")", store)
                } catch {
                    findings.append(Finding("account \(stored.name)", .wrong, error.message, fix: error.hint))
                }
            }
        } catch {
            isAny = true
            findings.append(Finding("account", .wrong, error.message, fix: error.hint))
        }
        if !isAny {
            findings.append(
                Finding(
                    "accounts", .wrong, "there is none to send from",
                    fix:
                        "envelope accounts add you@example.com (or ENVELOPE_SMTP_URL, or --sandbox to try it)"
                ))
        }
        return findings
    }

    private func look(
        at account: Account, _ transport: AccountTransport, _ origin: String, _ store: Store?
    ) async -> [Finding] {
        let subject = "account \(account.record.name)"
        var findings: [Finding] = []
        let user = account.record.username.map { " as \($0)" } ?? ""
        let what = "\(account.record.server)\(user) (\(origin))"
        if isOffline {
            findings.append(Finding(subject, .note, "\(what); not tried"))
        } else {
            let check = await Spinner.turning("Logging in to \(account.record.server)") {
                await transport.checkLogin()
            }
            if let failure = check.failure {
                let pin = check.publicKey.map { " The server's key is \($0)." } ?? ""
                findings.append(
                    Finding(subject, .wrong, "\(what): \(failure.message)", fix: failure.hint + pin))
            } else {
                findings.append(Finding(subject, .well, "\(what): connected, logged in"))
            }
        }
        if let queue = queue(of: account, store) { findings.append(queue) }
        return findings
    }

    private func queue(of account: Account, _ store: Store?) -> Finding? {
        guard let store else { return nil }
        let subject = "queue of \(account.record.name)"
        do {
            if let pause = try store.pause(of: account.record.id, at: .now) {
                return Finding(
                    subject, .wrong, "rests until \(pause.until.rfc3339): \(pause.failure.message)",
                    fix:
                        "\(pause.failure.hint) Then `envelope accounts test '\(account.record.name)'` ends the pause."
                )
            }
            let waiting = try store.waiting(for: [account.record.id], at: .now)
            let words = waiting.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                "\($0.value) \($0.key.rawValue)"
            }
            return Finding(subject, .well, words.isEmpty ? "empty" : words.joined(separator: ", "))
        } catch {
            return Finding(subject, .wrong, "\(error)", fix: "See that the record is whole.")
        }
    }
}
