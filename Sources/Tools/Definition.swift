import JSON

/// One file of `schemas/`: the tool object as clients see it, and its input schema, ready to check arguments.
struct Definition: Sendable {
    let object: JSON.Object
    let input: Schema

    /// The files are part of the binary and every one is loaded by a test, so only a broken build can throw here.
    init(file: [UInt8]) throws {
        let json = try JSON(parsing: file)
        self.object = json.object ?? [:]
        self.input = try Schema(json["inputSchema"] ?? false)
    }

    static func sendEmail() throws -> Definition { try Definition(file: PackageResources.send_email_json) }
    static func trackSend() throws -> Definition { try Definition(file: PackageResources.track_send_json) }
    static func cancelSend() throws -> Definition { try Definition(file: PackageResources.cancel_send_json) }
    static func listSends() throws -> Definition { try Definition(file: PackageResources.list_sends_json) }
}
