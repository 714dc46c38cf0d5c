import Configuration

extension Settings {
    /// A setting that is set: its name in the environment, and who set it.
    struct Origin {
        let name: String
        let source: String
        /// Nil for a secret.
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
                    !value.isEmpty
                else { continue }
                return Origin(name: Self.variable(key), source: source, value: isSecret ? nil : value)
            }
            return nil
        }
    }
}
