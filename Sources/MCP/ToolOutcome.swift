/// How one round of a tool call ends.
package enum ToolOutcome: Sendable {
    case result(ToolResult)
    /// The tool is run again with the same arguments, the answers and the state.
    case ask(Questions)
    /// For what is not the model's to mend, such as `ProtocolError.missingCapabilities`.
    case refused(ProtocolError)
}
