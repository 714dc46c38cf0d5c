import Mail
import Store
import Testing

@testable import Sending

@Suite("Guard rails as they are written")
struct GuardRailRuleTests {
    @Test(
        "A rule is an address, a domain, or all below a domain",
        arguments: [
            ("ada@example.org", "ada@example.org"), (" Ada@Example.ORG ", "ada@example.org"),
            ("@example.org", "@example.org"), ("Example.org", "@example.org"),
            ("*@example.org", "@example.org"),
            (".example.org", ".example.org"), ("*.example.org", ".example.org"), (".org", ".org"),
            ("bücher.example", "@xn--bcher-kva.example"), ("@[192.0.2.1]", "@[192.0.2.1]"),
            ("localhost", "@localhost"),
        ])
    func rules(text: String, written: String) throws {
        let rule = try AddressRule(parsing: text)
        #expect(rule.description == written)
        #expect(try AddressRule(parsing: written) == rule)
    }

    @Test(
        "What is no rule is refused, with what may stand there",
        arguments: [
            "", "@", ".", "*", "*@", "org", "ada@", "ada@@example.org", "example..org", "exa mple.org",
            "ada@example.org b@example.org", "Ada <ada@example.org>", "ada*@example.org", "a\r\n@example.org",
        ])
    func noRules(text: String) {
        let failure = #expect(throws: Failure.self) { try AddressRule(parsing: text) }
        #expect(failure?.code == .invalidAddress)
        #expect(failure?.hint.contains("name@example.com, example.com") == true)
        #expect(failure?.message.contains("\n") == false)
    }

    @Test(
        "A rule matches in every case of the letters, a domain not those below it, and the other way round",
        arguments: [
            (
                "ada@example.org", ["ada@example.org", "ADA@Example.org"],
                ["ada@x.example.org", "eda@example.org"]
            ),
            ("example.org", ["ada@example.org", "b@EXAMPLE.org"], ["a@x.example.org", "a@anexample.org"]),
            (
                ".example.org", ["a@x.example.org", "a@y.x.example.org"],
                ["a@example.org", "a@anexample.org"]
            ),
            (".org", ["a@example.org"], ["a@example.com"]),
            ("[192.0.2.1]", ["a@[192.0.2.1]"], ["a@[192.0.2.2]"]),
        ])
    func matching(rule: String, those: [String], others: [String]) throws {
        let rule = try AddressRule(parsing: rule)
        for text in those { #expect(rule.matches(try Address(parsing: text)), "\(text)") }
        for text in others { #expect(!rule.matches(try Address(parsing: text)), "\(text)") }
    }

    @Test(
        "Limits are a number, what is counted, and a time",
        arguments: [
            ("10/minute", ["10/minute"]),
            ("10/minute,100/hour , 500/day", ["10/minute", "100/hour", "500/day"]),
            ("500 recipients/day", ["500 recipients/day"]), ("7 sends / h", ["7/hour"]),
            ("1 Recipient/Min, 2 messages/m", ["1 recipients/minute", "2/minute"]), ("3/d", ["3/day"]),
        ])
    func limits(text: String, written: [String]) throws {
        #expect(try SendLimit.list(parsing: text).map(\.description) == written)
    }

    @Test(
        "What is no limit is refused, with what would be right",
        arguments: [
            ("", "10/minute"), ("10", "10/minute"), ("10/minute,", "10/minute"), ("0/day", "1 to 1000000"),
            ("-1/day", "1 to 1000000"), ("many/day", "1 to 1000000"), ("10/week", "/minute, /hour or /day"),
            ("10/day/hour", "10/minute"), ("10 octets/day", "recipients"), ("10/day, 20/day", "smaller"),
            ("10 big recipients/day", "10/minute"),
        ])
    func noLimits(text: String, word: String) {
        let failure = #expect(throws: Failure.self) { try SendLimit.list(parsing: text) }
        #expect(failure.map { ($0.message + $0.hint).contains(word) } == true, "\(failure?.message ?? "")")
    }
}
