import JSON
import MCP
import Tools

/// The description of the routes (OpenAPI 3.1), made of the tools' schemas.
struct OpenAPI: Sendable {
    let bytes: [UInt8]

    init(_ offer: Face.Offer) {
        var paths: JSON.Object = [:]
        for (name, path) in OpenAPIPaths(offer: offer).all { paths[name] = .object(path) }
        let document: JSON.Object = [
            "openapi": "3.1.0",
            "info": [
                "title": "Envelope", "version": .string(offer.version),
                "description":
                    "Sends mail for agents, exactly once, and can always say what happened. The same operations as the tools of its MCP server; every failure is a problem (RFC 9457) with a `code` and a `hint`.",
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            "servers": [["url": "/"]],
            "security": [[:], ["bearer": []]],
            "tags": [
                ["name": "mail", "description": "Send, track, list."],
                ["name": "service", "description": "What this server is and how it is."],
            ],
            "paths": .object(paths),
            "components": .object(OpenAPIComponents(offer: offer).all),
        ]
        bytes = Array(JSON.object(document).prettyText.utf8) + [0x0A]
    }
}
