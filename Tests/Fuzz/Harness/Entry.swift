import CFuzzer
import Glibc

/// The functions that libFuzzer looks for by name.
enum Entry {
    /// Bytes that one input may become when its repeats are written out.
    static let largest = getenv("FUZZ_LARGEST").flatMap { Int(String(cString: $0)) } ?? 16 << 10

    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let rest = input[1...]
        switch first {
        case UInt8(ascii: "L"): Tally.time("lines") { LinesTarget.run(rest) }
        case UInt8(ascii: "J"): Tally.time("json") { JSONTarget.run(rest) }
        case UInt8(ascii: "S"): Tally.time("era") { EraTarget.run(rest) }
        default: run([[UInt8(ascii: "L"), UInt8(ascii: "J"), UInt8(ascii: "S")][Int(first % 3)]] + rest)
        }
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    atexit { Tally.tell() }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Entry.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}

@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ room: Int, _ seed: UInt32) -> Int {
    guard let data, size > 0 else { return 0 }
    // The target stays, so that a corpus of one target remains one.
    let target = data[0]
    defer { data[0] = target }
    var mutator = Mutator(seed: UInt64(seed))
    guard let input = mutator.mutated(Array(UnsafeBufferPointer(start: data, count: size))) else {
        return max(LLVMFuzzerMutate(data, size, room), 1)
    }
    let kept = input.prefix(room)
    for (place, byte) in kept.enumerated() { data[place] = byte }
    return kept.count
}
