extension Failure {
    /// The same failure, blamed on an argument.
    ///
    /// - Parameter field: the argument as the caller named it: `to[1]`, `headers.X-Foo`.
    package func at(_ field: String) -> Failure {
        Failure(
            code, message, hint: hint, retryable: retryable, mayHaveBeenDelivered: mayHaveBeenDelivered,
            field: field, phase: phase, smtp: smtp, retryAfter: retryAfter)
    }
}
