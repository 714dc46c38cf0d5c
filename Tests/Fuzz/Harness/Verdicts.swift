import Glibc
import JSON

/// What became of each JSON text, one a line in the file that `FUZZ_VERDICTS` names: the input in hexadecimal, and the
/// value as it was written, or `-`. For a comparison with a reader in another language.
enum Verdicts {
    private static let path = getenv("FUZZ_VERDICTS").map { String(cString: $0) }

    static func tell(_ input: ArraySlice<UInt8>, _ value: JSON?) {
        guard let path, !input.contains(Expansion.mark), let file = fopen(path, "a") else { return }
        fputs("\(hex(Array(input))) \(value.map { hex($0.bytes) } ?? "-")\n", file)
        fclose(file)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
