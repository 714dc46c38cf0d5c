import JSON
import MCP
import Testing

/// The rules of the protocol, each as lines in and lines out of a running server.
struct RuleTests {
    struct Rule: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lines: [String]
        let answers: [JSON]

        init(_ name: String, _ lines: [String], _ answers: [JSON]) {
            testDescription = name
            self.lines = lines
            self.answers = answers
        }

        /// After a handshake, whose answer is left out.
        init(_ name: String, in version: String, _ lines: [String], _ answers: [JSON]) {
            self.init(name, [Lines.initialize(.string(version))] + lines, [["id": 0]] + answers)
        }
    }

    @Test("the protocol's rules hold", arguments: eras + handshake + jsonRPC + methods + calls)
    func rule(_ rule: Rule) async throws {
        let answers = try await Wire.exchange(rule.lines)
        #expect(answers.count == rule.answers.count, "\(answers)")
        for (answer, pattern) in zip(answers, rule.answers) {
            #expect(answer.holds(pattern), "\(answer) lacks \(pattern)")
        }
    }

    /// Most of them are run beside each other, so the answers come in any order.
    @Test(
        "the rules of what only some servers offer hold",
        arguments: resources + prompts + completions + logging)
    func fullRule(_ rule: Rule) async throws {
        var answers = try await Wire.exchange(rule.lines, catalogue: Full.catalogue(logging: true))
        #expect(answers.count == rule.answers.count, "\(answers)")
        for pattern in rule.answers {
            if let place = answers.firstIndex(where: { $0.holds(pattern) }) {
                answers.remove(at: place)
            } else {
                Issue.record("\(pattern) is not among \(answers)")
            }
        }
    }
}
