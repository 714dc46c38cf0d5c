import Foundation
import JSON
import Mail
import Store
import TestPeers
import Testing

/// Renewals by many processes of the built program, and by processes that die, against a server that ends a login
/// when one of its refresh tokens is shown twice.
@Suite("Renewing a token")
struct OAuthRenewalTests {
    private static func test(
        _ scene: OAuthScene, stoppingAt stop: String? = nil
    ) async throws -> (status: Int32, account: JSON, errors: String) {
        var environment = scene.environment
        environment["ENVELOPE_STOP_AT"] = stop
        let run = try await AccountsTests.run(["accounts", "test", "--json"], environment: environment)
        return (run.status, (try? JSON(parsing: run.output)["accounts"]?[0]) ?? nil, run.errors)
    }

    @Test("Sixteen processes whose token has run out: one of them renews it, and all of them log in")
    func race() async throws {
        try await OAuthScene.lend { scene in
            try await scene.signedIn()
            try scene.expire()
            let before = try scene.peer.state
            let generation = try scene.login().generation
            let results = try await withThrowingTaskGroup(of: (Int32, String).self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let (status, account, errors) = try await Self.test(scene)
                        return (status, account.text + errors)
                    }
                }
                var results: [(Int32, String)] = []
                for try await result in group { results.append(result) }
                return results
            }
            for (status, text) in results { #expect(status == 0, "\(text)") }
            let state = try scene.peer.state
            #expect(state.granted == ["device_code": 1, "refresh_token": 1])
            #expect(state.reused == 0 && state.refused.isEmpty)
            // One asked for a token, sixteen times Dovecot asked about it.
            #expect(state.requests - before.requests == 1 + state.introspected - before.introspected)
            #expect(try scene.login().generation == generation + 1)
        }
    }

    @Test("A revoked token that sixteen processes hold: each is refused, one renews, and all log in")
    func revokedRace() async throws {
        try await OAuthScene.lend { scene in
            try await scene.signedIn()
            try scene.peer.behave(#"{"refuse_before": \#(try scene.peer.state.number + 1)}"#)
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<16 { group.addTask { try await Self.test(scene).status } }
                for try await status in group { #expect(status == 0) }
            }
            let state = try scene.peer.state
            #expect(state.granted["refresh_token"] == 1 && state.reused == 0)
        }
    }

    @Test(
        "Killed before the server heard of it, or after it was kept: nothing is lost",
        arguments: ["oauth_begun", "oauth_kept"])
    func killed(moment: String) async throws {
        try await OAuthScene.lend { scene in
            try await scene.signedIn()
            try scene.expire()
            let generation = try scene.login().generation
            #expect(try await Self.test(scene, stoppingAt: moment).status == -9)
            #expect(try scene.login().generation - generation == (moment == "oauth_kept" ? 1 : 0))
            #expect((try scene.login().renewingSince != nil) == (moment == "oauth_begun"))
            let (sent, _) = try await scene.send("x")
            #expect(sent["status"] == "sent", "\(sent)")
            #expect(try scene.login().renewingSince == nil)
            let state = try scene.peer.state
            #expect(state.granted["refresh_token"] == 1 && state.reused == 0)
        }
    }

    @Test(
        "Killed between the answer and the record: said once and clearly, the server is not asked again, and a sign-in mends it"
    )
    func lost() async throws {
        try await OAuthScene.lend { scene in
            try await scene.signedIn()
            try scene.expire()
            #expect(try await Self.test(scene, stoppingAt: "oauth_answered").status == -9)
            let (failed, _) = try await scene.send("x")
            #expect(failed["error"]?["code"] == "oauth_required", "\(failed)")
            #expect(
                failed["error"]?["message"]?.string?.contains("never came into the record") == true,
                "\(failed)")
            let command = "`envelope accounts login 'work' --db \(scene.database)`"
            #expect(failed["error"]?["hint"]?.string?.contains(command) == true)
            #expect(failed["error"]?["retryable"] == false)
            let state = try scene.peer.state
            #expect(state.reused == 1)
            let (status, account, _) = try await Self.test(scene)
            #expect(status == 1 && account["error"]?["code"] == "oauth_required")
            #expect(try scene.peer.state.requests == state.requests)
            let doctor = try await AccountsTests.run(["doctor"], environment: scene.environment)
            #expect(doctor.status == 1 && doctor.output.contains("✘ login of work: "))
            #expect(
                doctor.output.contains(
                    "fix: Tell the person who runs this server to sign in again: \(command)"
                ))

            let login = try await AccountsTests.run(
                ["accounts", "login", "work", "--device", "--json"], environment: scene.environment)
            #expect(login.status == 0, "\(login)")
            let (sent, _) = try await scene.send("y")
            #expect(sent["status"] == "sent", "\(sent)")
            #expect(try scene.peer.state.granted["device_code"] == 2)
            let well = try await AccountsTests.run(["doctor", "--json"], environment: scene.environment)
            #expect(well.status == 0, "\(well.output)")
            #expect(well.output.contains("renewed now, and valid until"))
        }
    }

    @Test(
        "A server that is out of order puts mail off, and one that does not know the client stops it",
        arguments: [
            ("503", "queued", "connection_failed"), ("malformed", "queued", "connection_failed"),
            ("invalid_grant", "failed", "oauth_required"), ("invalid_client", "failed", "oauth_required"),
        ])
    func faults(fault: String, status: String, code: String) async throws {
        try await OAuthScene.lend { scene in
            try await scene.signedIn()
            try scene.expire()
            try scene.peer.behave(#"{"fault": "\#(fault)"}"#)
            let (sent, _) = try await scene.send("x")
            #expect(sent["status"] == .string(status), "\(sent)")
            #expect(sent["error"]?["code"] == .string(code), "\(sent)")
            try scene.peer.behave("{}")
            let (again, _) = try await scene.send("y")
            // The account rests until a person has seen to it; what was only put off goes on by itself.
            #expect(again["status"] == (status == "queued" ? "sent" : "queued"), "\(again)")
            #expect(again["error"]?["code"] == (status == "queued" ? nil : "oauth_required"), "\(again)")
            let test = try await Self.test(scene)
            #expect(test.status == (fault == "invalid_grant" ? 1 : 0))
        }
    }

    @Test(
        "A clock that was set back makes an old token not good again, and a key that is gone is missed by name"
    )
    func clock() async throws {
        try await OAuthScene.lend { scene in
            try await scene.signedIn()
            try scene.set("issued_at = '2098-01-01T00:00:00.000Z', expires_at = '2098-01-01T01:00:00.000Z'")
            #expect(try await Self.test(scene).status == 0)
            #expect(try scene.peer.state.granted["refresh_token"] == 1)
            #expect(try scene.login().expiresAt.rfc3339 < "2098")
            // Without their key the tokens are not lost for good, and the server is not asked.
            let requests = try scene.peer.state.requests
            let key = scene.database + ".secret-key"
            try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
            let shut = try await Self.test(scene)
            #expect(shut.status == 1 && shut.account["error"]?["code"] == "oauth_required")
            #expect(shut.account["error"]?["hint"]?.string?.contains("restore the key") == true, "\(shut)")
            // To sign in takes the client's secret as well, which was sealed under the same key.
            let login = try await AccountsTests.run(
                ["accounts", "login", "work", "--device", "--json"], environment: scene.environment)
            #expect(login.status == 1 && login.output.contains("--client-secret-file"), "\(login)")
            #expect(try scene.peer.state.requests == requests)
            try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
            #expect(try await Self.test(scene).status == 0)
        }
    }

    @Test("A sign-in of somebody else is not kept, and the account goes with its tokens")
    func otherUserAndRemoval() async throws {
        try await OAuthScene.lend { scene in
            try await scene.signedIn()
            let before = try scene.login()
            try scene.peer.behave(#"{"refuse_before": 1000}"#)
            let login = try await AccountsTests.run(
                ["accounts", "login", "work", "--device", "--json"], environment: scene.environment)
            #expect(login.status == 1 && login.output.contains("Nothing was kept"), "\(login)")
            #expect(try scene.login() == before)
            let removed = try await AccountsTests.run(
                ["accounts", "remove", "work"], environment: scene.environment)
            #expect(removed.status == 0)
            let store = try Store.open(at: scene.database)
            #expect(try store.secrets().isEmpty)
        }
    }
}
