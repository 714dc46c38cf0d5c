package import JSON

/// One use of a tool. It is cancelled by cancelling the task that it runs in.
package struct ToolCall: Sendable {
    package let name: String
    /// Unchecked; empty when the client sent none.
    package let arguments: JSON.Object
    /// Tells the client how far the call is: progress (which must grow), total, a sentence. Nil unless the client
    /// asked for it; silent once the call has ended.
    package let progress: (@Sendable (Double, Double?, String?) -> Void)?

    package init(
        name: String, arguments: JSON.Object, progress: (@Sendable (Double, Double?, String?) -> Void)? = nil
    ) {
        self.name = name
        self.arguments = arguments
        self.progress = progress
    }
}
