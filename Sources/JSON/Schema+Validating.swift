extension Schema {
    /// Everything that is wrong with a value, in the order of the schema and of the value; empty when nothing is.
    /// Stops after 20.
    package func validate(_ value: JSON) -> [Violation] {
        violations(in: value, at: .root)
    }

    /// True when nothing is wrong with a value.
    package func allows(_ value: JSON) -> Bool { validate(value).isEmpty }

    func violations(in value: JSON, at path: Path) -> [Violation] {
        var report = Report()
        check(value, at: path, into: &report)
        return report.violations
    }

    func check(_ value: JSON, at path: Path, into report: inout Report) {
        for rule in rules {
            if report.isFull { return }
            let before = report.violations.count
            rule.check(value, at: path, into: &report)
            if case .kinds = rule, report.violations.count > before { return }
        }
    }

    /// True for kinds that allow such a value.
    static func kinds(_ kinds: [Kind], allow value: JSON) -> Bool {
        kinds.contains { kind in
            switch (kind, value) {
            case (.null, .null), (.boolean, .bool), (.string, .string), (.array, .array), (.object, .object):
                true
            case (.number, .integer), (.number, .number), (.integer, .integer): true
            // Beyond 2^63 too: every double of that size is whole.
            case (.integer, .number(let number)): number == number.rounded(.towardZero)
            default: false
            }
        }
    }
}

/// The violations found so far, at most 20: what is beyond is seldom read and easily provoked.
struct Report {
    private(set) var violations: [Violation] = []

    var isFull: Bool { violations.count >= 20 }

    mutating func add(_ path: Path, _ keyword: String, _ message: String) {
        if !isFull { violations.append(Violation(path: path.text, keyword: keyword, message: message)) }
    }
}
