/// Octets for people.
enum Size {
    static func text(_ octets: Int) -> String {
        switch octets {
        case ..<1_000: return "\(octets) bytes"
        case ..<1_000_000: return "\(tenths(octets, 1_000)) kB"
        default: return "\(tenths(octets, 1_000_000)) MB"
        }
    }

    private static func tenths(_ octets: Int, _ unit: Int) -> String {
        let value = (octets * 10 + unit / 2) / unit
        return value % 10 == 0 || value >= 1_000 ? "\(value / 10)" : "\(value / 10).\(value % 10)"
    }
}
