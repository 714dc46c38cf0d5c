import JSON
import Mail

/// A call's arguments: brought into the schema's types where clients are known to send others, then checked.
struct Arguments: Sendable {
    private let object: JSON.Object

    /// - Throws: a failure that names the first field at fault and what would be right; the message counts the rest.
    init(_ given: JSON.Object, checkedBy schema: Schema) throws(Failure) {
        let object = given.adapted(to: schema)
        let violations = schema.validate(.object(object))
        if let first = violations.first {
            let others = violations.dropFirst().prefix(3).map(\.message)
            throw Failure(
                .invalidRequest,
                "Invalid argument: " + ([first.message] + others).joined(separator: "; ") + ".",
                hint: "Correct the argument and call again; nothing was recorded or sent.",
                field: first.path.isEmpty ? nil : first.path)
        }
        self.object = object
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
