import Configuration

extension Settings {
    /// A setting that is set: its name in the environment, and who set it.
    struct Origin {
        let name: String
        let source: String
        /// Nil for a secret, and for a URL with a password in it.
        let value: String?
    }

    static let fileSource = "settings file"

    /// Every setting that is set, with where it comes from.
    var origins: [Origin] {
        let sources = ["flag", "environment", Self.fileSource]
        return Self.keys.sorted().compactMap { key in
            let isSecret = Self.secretKeys.contains(key)
            for (layer, source) in zip(layers, sources) {
                let text = layer.string(forKey: ConfigKey(key), isSecret: isSecret)
                guard let value = text ?? layer.stringArray(forKey: ConfigKey(key))?.joined(separator: ","),
                    !Self.isBlank(value)
                else { continue }
                let isHidden = isSecret || (key.hasSuffix(".url") && Self.holdsPassword(value))
                return Origin(name: Self.variable(key), source: source, value: isHidden ? nil : value)
            }
            return nil
        }
    }

    /// A password in a URL is refused, and must not be shown either.
    private static func holdsPassword(_ url: String) -> Bool {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return rest.lastIndex(of: "@").map { rest[..<$0].contains(":") } ?? false
    }
}
