extension String {
    /// The name that this one was probably meant to be: at most a third of its letters differ (a swap of two
    /// neighbours counts as one), or it begins the other. Nil when none is near; the first of equals.
    package func nearest(among names: [String]) -> String? {
        // Longer than any name of ours: not a slip, and the work grows with the square.
        guard !isEmpty, utf8.count <= 64 else { return nil }
        let near = names.map { (name: $0, distance: distance(to: $0)) }
            .filter { $0.distance <= Swift.max(1, Swift.min(count, $0.name.count) / 3) }
            .min { $0.distance < $1.distance }?.name
        return near ?? names.first { count >= 3 && ($0.hasPrefix(self) || hasPrefix($0)) }
    }

    /// Insertions, deletions, replacements and swaps of neighbours, regardless of case (optimal string alignment).
    private func distance(to other: String) -> Int {
        let one = Array(lowercased()), other = Array(other.lowercased())
        var before: [Int] = []
        var row = Array(0...other.count)
        for (i, letter) in one.enumerated() {
            var next = [i + 1]
            for (j, wanted) in other.enumerated() {
                var least = Swift.min(row[j + 1] + 1, next[j] + 1, row[j] + (letter == wanted ? 0 : 1))
                if i > 0, j > 0, letter == other[j - 1], one[i - 1] == wanted {
                    least = Swift.min(least, before[j - 1] + 1)
                }
                next.append(least)
            }
            before = row
            row = next
        }
        return row[other.count]
    }
}
