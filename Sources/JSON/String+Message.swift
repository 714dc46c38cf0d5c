extension String {
    /// The text in backquotes, fit to stand in a sentence or on one line of a log: at most 64 characters, without
    /// control characters. What a caller wrote is untrusted wherever it is repeated.
    var quotedForMessage: String { "`\(shownInMessage)`" }

    /// The same without the quotes.
    package var shownInMessage: String {
        var shown = ""
        for scalar in unicodeScalars {
            if shown.unicodeScalars.count == 64 { return shown + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: shown += " "
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
