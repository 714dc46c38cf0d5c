import ArgumentParser
import JSON

/// `envelope doctor`: what is configured, what works, what does not, and the fix.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what is configured, what works, what does not, and the fix.",
        discussion: """
            Looks at settings, the record, its key, each account's server, TLS and login,
            and the queue; sends nothing, and changes nothing but the tokens of accounts that
            sign in with OAuth, which are renewed to see that it works. Exit status: 0 all is well,
            1 something is wrong.
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Log in nowhere.") var offline = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let environment = Environment.variables
        let findings: [Finding]
        do {
            let settings = try Settings(options, environment: environment)
            let words = CommandWords(settings, environment)
            findings = await Examination(settings, environment, isOffline: offline).findings().map {
                Finding($0.subject, $0.verdict, words.text($0.detail), fix: $0.fix.map(words.text))
            }
        } catch {
            findings = [
                Finding(
                    "settings", .wrong, "\(error)",
                    fix: "Correct the settings file, or take ENVELOPE_CONFIG away.")
            ]
        }
        let isWell = !findings.contains { $0.verdict == .wrong }
        if json {
            print(
                JSON.object(["ok": .bool(isWell), "findings": .array(findings.map { .object($0.json) })])
                    .prettyText)
        } else {
            for finding in findings { print(finding.text) }
            print(isWell ? "\nAll is well." : "\nSomething is wrong: see the lines with ✘.")
        }
        if !isWell { throw ExitCode(1) }
    }
}

/// One thing that was looked at.
struct Finding {
    enum Verdict: String {
        case well, note, wrong

        fileprivate var mark: String {
            switch self {
            case .well: "✔"
            case .note: "·"
            case .wrong: "✘"
            }
        }
    }

    let subject: String
    let verdict: Verdict
    let detail: String
    let fix: String?

    init(_ subject: String, _ verdict: Verdict, _ detail: String, fix: String? = nil) {
        self.subject = subject
        self.verdict = verdict
        self.detail = detail
        self.fix = fix
    }

    fileprivate var text: String {
        "\(verdict.mark) \(subject): \(detail)" + (fix.map { "\n    fix: \($0)" } ?? "")
    }

    fileprivate var json: JSON.Object {
        var object: JSON.Object = [
            "subject": .string(subject), "verdict": .string(verdict.rawValue), "detail": .string(detail),
        ]
        object["fix"] = fix.map(JSON.string)
        return object
    }
}
