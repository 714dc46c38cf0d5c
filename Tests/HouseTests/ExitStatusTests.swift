import Foundation
import JSON
import TestPeers
import Testing

/// How a command ends when it does not do what was asked, and what it says then: nothing of its insides.
@Suite("Exit statuses")
struct ExitStatusTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: String
        let status: Int32
        let says: [String]
        var testDescription: String { arguments }

        init(_ arguments: String, _ status: Int32, _ says: String...) {
            self.arguments = arguments
            self.status = status
            self.says = says
        }
    }

    private static let id = "019ac0de-0000-7000-8000-000000000000"
    /// An account at a port where nobody listens.
    private static let adding = "accounts add me@x.example --smtp-url smtp+plain://127.0.0.1:1 --no-imap"

    /// Words that no folder's name has: `RECORD` is a record that is not there, `TEXT` a file that is no database, `NOTJSON` a settings file that is not JSON, `FOLDER` a folder.
    static let cases = [
        Case("--fly", 2, "--fly"), Case("--approve never", 2, "all, external or none"),
        Case("list --limit many", 2, "--limit"), Case("list --status lost --db RECORD", 2, "queued"),
        Case("list --log-level loud --db RECORD", 2, "debug, info, notice"),
        Case("track \(id) --db RECORD", 2, "not_found", "The record is RECORD"),
        Case("track x --db RECORD", 2, "invalid_request"),
        Case("cancel x", 2, "envelope list"), Case("cancel \(id) --db RECORD", 2, "The record is RECORD"),
        Case("drain --sandbox --db TEXT", 2, "TEXT is not a database", "Name another file"),
        Case("list --db TEXT", 2, "is not a database"),
        Case("accounts list --db TEXT", 2, "Name another file"),
        Case("list --config NOTJSON", 2, "NOTJSON is not JSON", "in line 2"),
        Case("accounts list --config NOTJSON", 2, "in line 2"), Case("--config NOTJSON", 2, "in line 2"),
        Case("list --config none.json", 2, "none.json cannot be read: No such file"),
        Case("sandbox show x --db RECORD", 2, "no message x", "envelope sandbox list --db RECORD"),
        Case("webhooks replay msg_nope --db RECORD", 2, "no settled delivery msg_nope"),
        Case("webhooks remove wh_nope --db RECORD", 2, "`envelope webhooks list --db RECORD`"),
        Case("schema fly", 2, "send_email"), Case("schema --json", 0, "inputSchema"),
        Case("list --json --db RECORD", 0, "sends"), Case("track --json x --db RECORD", 2, "invalid_request"),
        Case(adding + " --no-login --db RECORD", 1, "could not be reached"),
        Case(adding + " --oauth fly --db RECORD", 2, "Known are google"),
        // The option takes the address for the provider's name.
        Case(
            "accounts add --oauth me@x.example --smtp-url smtp+plain://127.0.0.1:1 --db RECORD", 2,
            "--oauth google"),
        Case("accounts add --oauth google", 2, "Whose mailbox?"),
        Case(
            adding + " --oauth custom --client-id x --token-url https://127.0.0.1:1/t --scope mail"
                + " --authorization-url https://127.0.0.1:1/a --device --db RECORD", 2,
            "Sign in with --browser"),
        Case(
            "list --db FOLDER", 2, "FOLDER: Is a directory", "a folder that this user can write to",
            "\"retryable\": false"),
        Case("drain --sandbox --db FOLDER", 2, "Is a directory"),
        Case("mailbox check --db RECORD", 2, "`envelope accounts add you@example.com --db RECORD`"),
        Case("doctor --offline --sandbox --db TEXT/envelope.db", 1, "TEXT: Not a directory"),
        Case(
            "doctor --offline --sandbox --db RECORD --allow-to example.com --max-recipients 3 --send-limit 9/day",
            0,
            "ENVELOPE_ALLOW_TO = example.com", "ENVELOPE_MAX_RECIPIENTS = 3", "ENVELOPE_LIMIT = 9/day"),
        Case(
            "--help", 0, "ENVELOPE_HTTP_PORT", "ENVELOPE_HTTP_HOSTS", "ENVELOPE_SMTP_CA_FILE",
            "ENVELOPE_IMAP_CA_FILE",
            "ENVELOPE_WEBHOOK_CA_FILE", "ENVELOPE_ATTACHMENT_ROOTS", "ENVELOPE_CONFIG",
            "Exit status of every command"),
        Case("accounts login --help", 0, "--token-url", "--device-url", "--scope", "--oauth-ca-file"),
    ]

    @Test("0 is done, 1 is tried in vain, 2 is wrong usage or configuration", arguments: cases)
    func ends(end: Case) async throws {
        try await withTemporaryFolder { folder in
            try SettingsTests.write("no database, but a text of some length\n", to: folder + "/TEXT")
            try SettingsTests.write("{\"smtp\":\n  url}", to: folder + "/NOTJSON")
            try FileManager.default.createDirectory(
                atPath: folder + "/FOLDER", withIntermediateDirectories: false)
            func here(_ text: String) -> String {
                ["RECORD", "TEXT", "NOTJSON", "FOLDER"].reduce(text) { text, name in
                    text.replacingOccurrences(of: name, with: folder + "/" + name)
                }
            }
            let arguments = end.arguments.split(separator: " ").map { here(String($0)) }
            let run = try await Program.run(arguments)
            #expect(run.status == end.status, "\(run)")
            let words = run.output + run.errors
            for phrase in end.says { #expect(words.contains(here(phrase)), "\(run)") }
            for inside in ["Error Domain", "SQLite error", "errno", "(code:"] {
                #expect(!words.contains(inside), "\(words)")
            }
        }
    }

    @Test("Where the record cannot be made, a server is not ready")
    func notReady() async throws {
        try await withTemporaryFolder { folder in
            try SettingsTests.write("a file\n", to: folder + "/TEXT")
            for (path, status) in [("/TEXT/envelope.db", 503), ("/new/envelope.db", 200)] {
                try await HTTPProgram.lend(["--sandbox"], environment: ["ENVELOPE_DB": folder + path]) {
                    program in
                    let ready = try await program.curl("/readyz")
                    #expect(ready.status == status, "\(ready.text)")
                }
            }
        }
    }

    @Test("A damaged record is no matter of trying again, and its rescue is named")
    func damaged() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            #expect(try await Program.run(["accounts", "list", "--db", path]).status == 0)
            // Where the tree of the tables begins, in the first page.
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try file.seek(toOffset: 100)
            try file.write(contentsOf: Data(repeating: 0xFF, count: 100))
            try file.close()
            for command in [
                ["list"], ["accounts", "list"], ["drain", "--sandbox"], ["doctor", "--sandbox"],
            ] {
                let ended = try await Program.run(command + ["--db", path])
                let words = ended.output + ended.errors
                #expect(ended.status == (command[0] == "doctor" ? 1 : 2), "\(ended)")
                #expect(
                    words.contains("is damaged") && words.contains("sqlite3 '\(path)' .recover"), "\(ended)")
                #expect(
                    !words.contains("disk is not full") && !words.contains("\"retryable\": true"), "\(ended)")
            }
        }
    }

    @Test("A record that another program keeps locked is busy, and waited for in bounded time")
    func locked() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            #expect(try await Program.run(["accounts", "list", "--db", path]).status == 0)
            let holding = """
                import sqlite3, sys
                record = sqlite3.connect(sys.argv[1], isolation_level=None)
                record.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                record.execute("BEGIN IMMEDIATE")
                print("held", flush=True)
                sys.stdin.read()
                """
            let other = try ChildProcess(
                "/usr/bin/env", ["python3", "-c", holding, path], environment: ["PATH": "/usr/bin:/bin"])
            for await line in other.lines {
                #expect(line == "held")
                break
            }
            let ended = try await Program.run(["list", "--db", path])
            #expect(ended.status == 75, "\(ended)")
            #expect(ended.output.contains("is locked by another program"), "\(ended)")
            #expect(ended.output.contains("call again"), "\(ended)")
            other.closeInput()
            #expect(await other.ended() == 0)
            #expect(try await Program.run(["list", "--db", path]).status == 0)
        }
    }

    @Test("Many that make a record at the same moment all succeed")
    func together() async throws {
        try await withTemporaryFolder { folder in
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 1...6 {
                    group.addTask {
                        try await Program.run(["accounts", "list", "--db", folder + "/envelope.db"]).status
                    }
                }
                for try await status in group { #expect(status == 0) }
            }
        }
    }

    @Test("A secret of webhooks that cannot be read is told as any other mistake")
    func webhookSecret() async throws {
        try await withTemporaryFolder { folder in
            for flags in [[], ["--json"]] {
                let ended = try await Program.run(
                    ["webhooks", "add", "https://example.com/hook", "--db", folder + "/envelope.db"] + flags,
                    environment: ["ENVELOPE_WEBHOOK_SECRET_FILE": "/nonexistent"])
                let words = ended.output + ended.errors
                #expect(ended.status == 2, "\(ended)")
                #expect(words.contains("ENVELOPE_WEBHOOK_SECRET_FILE could not be read"), "\(ended)")
                #expect(!words.contains("Unreadable") && !words.contains("Optional"), "\(ended)")
            }
        }
    }
}
