/// The names that MCP itself uses inside `_meta`.
package enum Meta {
    package static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
    package static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
    package static let serverInfo = "io.modelcontextprotocol/serverInfo"
    package static let subscriptionID = "io.modelcontextprotocol/subscriptionId"
    package static let logLevel = "io.modelcontextprotocol/logLevel"
    package static let progressToken = "progressToken"
}
