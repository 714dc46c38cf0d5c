/// What an operator may want to know about a request that has been dealt with.
package struct CallRecord: Sendable {
    package let method: String
    /// Of the tool or the prompt, as the catalogue has it.
    package let name: String?
    package let milliseconds: Int64
    /// True for a protocol error and for a tool's result with `isError`.
    package let isError: Bool
    package let trace: TraceContext?

    package init(method: String, name: String?, milliseconds: Int64, isError: Bool, trace: TraceContext?) {
        self.method = method
        self.name = name
        self.milliseconds = milliseconds
        self.isError = isError
        self.trace = trace
    }
}
