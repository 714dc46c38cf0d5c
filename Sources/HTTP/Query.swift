/// The rules for the parameters of a query.
enum Query {
    /// - Throws: 422 naming a parameter that is unknown or given twice: leaving it out of account would answer another
    ///   question than was asked.
    static func check(_ query: [Target.Parameter], _ names: [String]) throws(Refused) {
        var seen: Set<String> = []
        for parameter in query {
            let name = String(parameter.name.prefix(60))
            if !names.contains(parameter.name) {
                throw Refused(
                    422, "There is no parameter \(name.debugDescription) here.",
                    hint: names.isEmpty
                        ? "Leave the query out." : "Use \(names.map { "`\($0)`" }.joined(separator: ", ")).",
                    field: name)
            }
            if !seen.insert(parameter.name).inserted {
                throw Refused(
                    422, "The parameter \(name.debugDescription) is given twice.", hint: "Give it once.",
                    field: name)
            }
        }
    }
}
