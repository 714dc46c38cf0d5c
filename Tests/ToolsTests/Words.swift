import Mail
import Store

/// The closed lists as the code has them.
enum Words {
    static let states = SendState.allCases.map(\.rawValue)
    static let statuses = SendStatus.allCases.map(\.rawValue)
    static let outcomes = Outcome.allCases.map(\.rawValue)
}

extension Failure {
    static let noAccountForTests = Failure(.noAccountConfigured, "none", hint: "none")
}
