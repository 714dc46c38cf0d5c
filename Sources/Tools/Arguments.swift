import JSON
import Mail

/// A call's arguments: brought into the schema's types where clients are known to send others, then checked.
struct Arguments: Sendable {
    private var object: JSON.Object

    /// - Parameter hint: what to do when one is wrong.
    /// - Throws: a failure that names the first field at fault and what would be right; the message counts the rest.
    init(
        _ given: JSON.Object, checkedBy schema: Schema, hint: String = "Correct the argument and call again."
    ) throws(Failure) {
        let object = given.adapted(to: schema)
        let violations = schema.validate(.object(object))
        if let first = violations.first {
            let others = violations.dropFirst().prefix(3).map(\.message)
            throw Failure(
                .invalidRequest,
                "Invalid argument: " + ([first.message] + others).joined(separator: "; ") + ".",
                hint: hint, field: first.path.isEmpty ? nil : first.path)
        }
        self.object = object
    }

    /// The same without those of the named ones that say nothing: many models fill in every field that there is.
    func withoutBlanks(among names: [String]) -> Arguments {
        var kept = self
        for name in names where kept.object[name]?.isBlank == true { kept.object[name] = nil }
        return kept
    }

    func string(_ name: String) -> String? { object[name]?.string }
    func strings(_ name: String) -> [String] { object[name]?.array?.compactMap(\.string) ?? [] }
    func number(_ name: String) -> Double? { object[name]?.number }
    func integer(_ name: String) -> Int? { object[name]?.integer.map(Int.init) }
    func flag(_ name: String) -> Bool { object[name]?.bool ?? false }
    func objects(_ name: String) -> [JSON.Object] { object[name]?.array?.compactMap(\.object) ?? [] }

    /// What a person is told of the attachments.
    var attachmentNames: [String] {
        objects("attachments").map { $0["filename"]?.string ?? $0["path"]?.string ?? "attachment" }
    }

    func stringPairs(_ name: String) -> [(String, String)] {
        (object[name]?.object ?? [:]).compactMap { member in member.value.string.map { (member.key, $0) } }
    }

    func duration(_ name: String, default seconds: Double) -> Duration {
        .milliseconds(Int64((number(name) ?? seconds) * 1000))
    }

    /// One value turned into a type of `Mail`; a failure gets the field's name.
    func parsed<Value>(
        _ name: String, _ parse: (String) throws(Failure) -> Value
    ) throws(Failure) -> Value? {
        guard let text = string(name) else { return nil }
        do { return try parse(text) } catch { throw error.at(name) }
    }

    /// Each element turned into a type of `Mail`; a failure gets the field's name and index.
    func parsedList<Value>(
        _ name: String, _ parse: (String) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        var values: [Value] = []
        for (index, text) in strings(name).enumerated() {
            do { values.append(try parse(text)) } catch { throw error.at("\(name)[\(index)]") }
        }
        return values
    }
}

extension JSON {
    /// True for blank text, and for a list of nothing else.
    fileprivate var isBlank: Bool {
        switch self {
        case .string(let text): text.isBlank
        case .array(let elements): elements.allSatisfy { $0.string?.isBlank == true }
        default: false
        }
    }
}

extension String {
    /// True where there is nothing to read.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
