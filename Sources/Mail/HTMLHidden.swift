/// An element that a browser does not show, from its start tag to its end, which need not be an end tag.
struct HTMLHidden {
    /// Where a token stands.
    enum Step {
        case inside
        /// It is the end tag.
        case closed
        /// It is the first one behind the element.
        case left
    }

    /// What ends an element whose end tag may be left out (HTML §13.1.2.4).
    private struct Rule {
        let starts: Set<String>
        /// Those of `scopes` do too.
        let ends: Set<String>
        /// Within one of these all that counts above belongs to another element.
        let scopes: Set<String>
    }

    private let name: String
    private let rule: Rule
    /// How many of the scopes are open within.
    private var depth = 0

    init(_ name: String) {
        self.name = name
        rule = Self.rules[name] ?? Rule(starts: [], ends: [], scopes: [name])
    }

    mutating func step(_ token: HTMLTokens.Token) -> Step {
        switch token {
        case .text: break
        case .start(let other, _):
            if rule.scopes.contains(other) {
                depth += 1
            } else if depth == 0, rule.starts.contains(other) {
                return .left
            }
        case .end(let other):
            if depth == 0 {
                if other == name { return .closed }
                if rule.ends.contains(other) || rule.scopes.contains(other) { return .left }
            } else if rule.scopes.contains(other) {
                depth -= 1
            }
        }
        return .inside
    }

    private static let rules: [String: Rule] = {
        let groups: Set<String> = ["thead", "tbody", "tfoot"]
        let cell = Rule(
            starts: groups.union(["td", "th", "tr"]), ends: groups.union(["tr"]), scopes: ["table"])
        let term = Rule(starts: ["dt", "dd"], ends: [], scopes: ["dl"])
        let blocks = Set(HTMLRendering.blocks.keys).subtracting(["option"])
            .union(["blockquote", "ul", "menu", "ol", "li", "dd", "td", "th", "pre", "hr"])
        return [
            "p": Rule(starts: blocks, ends: blocks, scopes: []),
            "li": Rule(starts: ["li"], ends: [], scopes: ["ul", "ol", "menu"]),
            "dt": term, "dd": term, "td": cell, "th": cell,
            "tr": Rule(starts: groups.union(["tr"]), ends: groups, scopes: ["table"]),
            "option": Rule(
                starts: ["option", "optgroup"], ends: ["optgroup"], scopes: ["select", "datalist"]),
        ]
    }()
}
