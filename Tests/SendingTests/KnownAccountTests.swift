import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Which accounts a list can be narrowed to", .timeLimit(.minutes(5)))
struct KnownAccountTests {
    @Test("Those that are set up, and those that mail was sent from before; no other")
    func known() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([ScriptedTransport.accepts], path: path)
            _ = try await first.send()
            #expect(await first.service.finish(within: .zero) == 0)
            let second = Desk(accounts: [try Desk.account("other", ScriptedTransport([]))], path: path)
            for name in ["me", "env-me", "other", "env-other"] {
                #expect(try await second.service.knows(account: name), "\(name)")
            }
            #expect(try await !second.service.knows(account: "nobody"))
        }
    }
}
