import Foundation
import Mail
import SMTP
import Synchronization
import TestPeers
import Testing

/// Runs every file of `Dialogues/` against a scripted peer and compares what comes out with the file's head.
@Suite("Dialogues with a submission server")
struct DialogueTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
        path: "Dialogues")

    static let dialogues: [Dialogue] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().compactMap { name in
            do {
                let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                return try Dialogue(name: String(name.dropLast(4)), parsing: text)
            } catch {
                Issue.record("\(error)")
                return nil
            }
        }
    }()

    @Test("The folder holds a dialogue for each way in which a transaction can go")
    func isComplete() {
        #expect(Self.dialogues.count >= 60)
    }

    @Test("A dialogue ends as its head says", arguments: dialogues)
    func endsAsItsHeadSays(_ dialogue: Dialogue) async throws {
        try await withPeer(dialogue) { peer in
            let scene = try Scene(dialogue, port: peer.port)
            let transport = scene.transport
            var transaction = Transaction(forwardPaths: scene.envelope.forwardPaths)
            let moments = Mutex<[TransactionMoment]>([])
            for number in 1...scene.messages {
                let mailData = number == 2 ? scene.secondMailData : scene.mailData
                transaction = await transport.carry(
                    mailData, in: scene.envelope, gate: { try await scene.passGate(peer) },
                    progress: { moment in
                        moments.withLock { $0.append(moment) }
                        if let phase = scene.holdsAt, moment == .phase(phase) { peer.settledHere() }
                    })
            }
            if dialogue.settings["afterwards"] == "the peer is awaited" { await peer.settled() }
            await transport.close()
            compare(transaction, with: dialogue)
            #expect(peer.problems.isEmpty)
            let expected = scene.wireData
            #expect(peer.taken.count == Int(dialogue.settings["taken"] ?? "0"), "messages that the peer took")
            for taken in peer.taken { #expect(taken == expected) }
            if let connections = dialogue.settings["connections"] {
                #expect(peer.connections == Int(connections))
            }
            if dialogue.settings["quit"] == "no" {
                // The end of the line is the last thing that a peer hears.
                await peer.gone()
                #expect(
                    !peer.heard.contains { $0.contains("QUIT") }, "QUIT would be a line of mail data here")
            }
            if dialogue.settings["dot"] == "no" {
                #expect(!transaction.finalDotMayHaveLeft && !transaction.conversation.contains("C: ."))
                await peer.gone()
                #expect(!peer.heard.contains("."), "no dot may leave")
            }
            if scene.messages == 1 {
                let heard = moments.withLock { $0 }.compactMap {
                    if case .phase(let phase) = $0 { phase } else { nil }
                }
                #expect(
                    heard == heard.sorted() && Set(heard).count == heard.count, "a phase only moves forward")
                if transaction.conversation.contains(where: { $0.hasPrefix("C: AUTH ") }) {
                    #expect(heard.contains(.auth), "a login is told")
                }
            }
            let failures =
                transaction.recipients.indices.map(transaction.failure(for:)) + [transaction.failure]
            let shown = "\(transaction) \(failures)".lowercased()
            for secret in ["s3cret", "czNjcmV0", "AHVzZXIA", "dXNlcj11"] {
                #expect(!shown.contains(secret.lowercased()), "\(secret) is told: \(shown)")
            }
        }
    }

    private func compare(_ transaction: Transaction, with dialogue: Dialogue) {
        let failure = transaction.failure
        let outcomes = transaction.outcomes.map(\.rawValue).joined(separator: " ")
        let story = Comment(
            rawValue: transaction.conversation.joined(separator: "\n")
                + "\n\(failure as Any)\n\(transaction.fault as Any)")
        let wanted = dialogue.settings
        let phases = (wanted["phase"] ?? "").split(separator: " or ").map(String.init)
        #expect(phases.contains(transaction.phase.rawValue), story)
        #expect(outcomes == wanted["outcomes"], story)
        #expect(failure?.code.rawValue ?? "none" == wanted["failure"] ?? "none", story)
        #expect((failure?.retryable ?? false) == (wanted["retryable"] == "yes"), story)
        #expect(
            (failure?.mayHaveBeenDelivered ?? false) == (wanted["may have been delivered"] == "yes"), story)
        #expect(failure?.retryable != true || failure?.mayHaveBeenDelivered != true)
        let words = [failure?.message, failure?.hint].compactMap { $0 }.joined(separator: " ")
        for phrase in dialogue.list("says") { #expect(words.contains(phrase), story) }
        for phrase in dialogue.list("keeps") {
            #expect(transaction.conversation.joined(separator: "\n").contains(phrase), story)
        }
        if let seconds = wanted["retry after"] {
            #expect(transaction.retryAfterSeconds == Int(seconds), story)
        }
        if let kind = wanted["account sign"] {
            #expect(transaction.accountSign?.kind.rawValue ?? "none" == kind, story)
        }
        if let code = wanted["curl"] { #expect(transaction.fault?.curlCode == code, story) }
    }
}
