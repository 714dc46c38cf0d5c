import IMAP
import Mail
import SMTP
import Sending
import Store

extension Examination {
    /// Each account: where it comes from, whether it can log in, what waits.
    func accounts(_ store: Store?, _ keys: SecretKeys) async -> [Finding] {
        if settings.isSandbox {
            return [Finding("sandbox", .note, "nothing leaves this machine; accounts are not used")]
        }
        var findings: [Finding] = []
        var isAny = false
        var known: [String] = []
        do throws(Failure) {
            if let (account, transport) = try Account.environment(settings, now: { .now }) {
                isAny = true
                known.append(account.record.id)
                findings += await look(
                    at: account, transport, "in the settings", store, advice: Account.mailboxAdvice)
            }
            for stored in try store?.accounts() ?? [] {
                isAny = true
                known.append(stored.id)
                do throws(Failure) {
                    guard let store else { continue }
                    if let tokens = OAuthTokens(of: stored, in: store, keys: keys, now: { .now }) {
                        findings.append(await login(tokens))
                    }
                    let (account, transport) = try keys.account(stored, in: store, settings, now: { .now })
                    findings += await look(
                        at: account, transport, "stored\(stored.isDefault ? ", the default" : "")", store,
                        advice: account.mailboxAdvice)
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
                        "`envelope accounts add you@example.com` (or ENVELOPE_SMTP_URL, or --sandbox to try it)"
                ))
        }
        for queue in (try? store?.stranded(besides: known, .smtp)) ?? [] {
            findings.append(
                Finding(
                    "queue of \(queue.account)", .note,
                    "\(queue.sentence); set that account up again, or cancel what waits for it"))
        }
        return findings
    }

    private func look(
        at account: Account, _ transport: AccountTransport, _ origin: String, _ store: Store?,
        advice: String
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
        findings.append(await mailbox(of: account, advice: advice))
        if let queue = queue(of: account, store) { findings.append(queue) }
        return findings
    }

    /// Wrong settings of a mailbox stop no mail, and are wrong all the same.
    private func mailbox(of account: Account, advice: String) async -> Finding {
        let subject = "mailbox of \(account.record.name)"
        guard let reader = account.mailbox else {
            return Finding(
                subject, .note, "nobody looks into it, so bounces and Sent copies are not seen",
                fix: advice)
        }
        if let broken = reader as? UnusableMailbox {
            return Finding(subject, .wrong, broken.failure.message, fix: broken.failure.hint)
        }
        guard let mailbox = reader as? IMAPMailbox else { return Finding(subject, .note, "looked into") }
        let what = "\(mailbox.server) as \(mailbox.username)"
        if isOffline { return Finding(subject, .note, "\(what); not tried") }
        let check = await Spinner.turning("Logging in to \(mailbox.server)") {
            await mailbox.checkLogin(within: IMAPMailbox.patience)
        }
        if let failure = check.failure {
            let pin = check.publicKey.map { " The server's key is \($0)." } ?? ""
            return Finding(
                subject, .wrong, "\(what): \(failure.message) Mail is sent all the same.",
                fix: failure.hint + pin)
        }
        let copies =
            mailbox.filesByItself
            ? "the provider files copies of sent mail" : "copies of sent mail: \(account.sentCopy.rawValue)"
        return Finding(
            subject, .well,
            "\(what): logged in, \(check.sentFolder.map { "sent folder \($0)" } ?? "no folder for sent mail"); \(copies)"
        )
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
