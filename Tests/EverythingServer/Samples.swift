import JSON

/// The smallest contents that are what they say.
enum Samples {
    /// One red pixel.
    static let png: JSON =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
    /// One sample of silence, 8 kHz, 8 bits.
    static let wav: JSON = "UklGRiUAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQEAAACAAA=="

    static let image: JSON = ["type": "image", "data": png, "mimeType": "image/png"]
    static let audio: JSON = ["type": "audio", "data": wav, "mimeType": "audio/wav"]

    static func text(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }

    static func resource(_ uri: String, _ mimeType: String, _ text: String) -> JSON {
        [
            "type": "resource",
            "resource": ["uri": .string(uri), "mimeType": .string(mimeType), "text": .string(text)],
        ]
    }

    /// The contents of a resource that is text.
    static func contents(_ uri: String, _ mimeType: String, _ text: String) -> [JSON.Object] {
        [["uri": .string(uri), "mimeType": .string(mimeType), "text": .string(text)]]
    }
}
