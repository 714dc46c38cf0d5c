#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An IP address in octets, and whether it belongs to the public Internet (the IANA special-purpose registries,
/// RFC 6890 and its successors).
struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16, network order.
    let octets: [UInt8]

    /// - Parameter text: `192.0.2.1` or `2001:db8::1`; nil for anything else.
    init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            octets = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            octets = withUnsafeBytes(of: &six) { Array($0) }
        } else {
            return nil
        }
    }

    /// The address in a `sockaddr_in` or `sockaddr_in6`; nil for another family or one that is cut short.
    init?(sockaddr: UnsafeRawBufferPointer, family: Int32) {
        switch family {
        case AF_INET:
            guard sockaddr.count >= MemoryLayout<sockaddr_in>.size else { return nil }
            let address = sockaddr.loadUnaligned(as: sockaddr_in.self)
            octets = withUnsafeBytes(of: address.sin_addr) { Array($0) }
        case AF_INET6:
            guard sockaddr.count >= MemoryLayout<sockaddr_in6>.size else { return nil }
            let address = sockaddr.loadUnaligned(as: sockaddr_in6.self)
            octets = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
        default: return nil
        }
    }

    /// What keeps it from being public, in a few words; nil for a public address.
    ///
    /// An IPv6 address that stands for an IPv4 one (mapped, NAT64) is judged as that one. Of IPv6 only 2000::/3 is
    /// public at all, which leaves loopback, link-local, unique local, multicast and IPv4-compatible addresses out.
    var peculiarity: String? {
        if octets.count == 4 { return Self.among(Self.special4, octets) }
        if Self.matches(octets, Self.mapped, 96) || Self.matches(octets, Self.translated, 96) {
            return Self.among(Self.special4, Array(octets[12...]))
        }
        if octets == Self.loopback6 { return "a loopback address" }
        if octets[0] & 0xE0 != 0x20 { return Self.among(Self.local6, octets) ?? "a reserved address" }
        return Self.among(Self.special6, octets)
    }

    private typealias Block = (prefix: [UInt8], bits: Int, name: String)

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    private static let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
    private static let loopback6: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]

    private static let special4: [Block] = [
        ([0], 8, "an unspecified address"),
        ([10], 8, "a private address"),
        ([100, 64], 10, "an address behind a carrier's NAT"),
        ([127], 8, "a loopback address"),
        // Azure's platform service answers at a public-looking address in every virtual network.
        ([168, 63, 129, 16], 32, "a cloud platform's own address"),
        ([169, 254], 16, "a link-local address"),
        ([172, 16], 12, "a private address"),
        ([192, 0, 0], 24, "a reserved address"),
        ([192, 0, 2], 24, "an address for documentation"),
        ([192, 88, 99], 24, "a reserved address"),
        ([192, 168], 16, "a private address"),
        ([198, 18], 15, "an address for benchmarks"),
        ([198, 51, 100], 24, "an address for documentation"),
        ([203, 0, 113], 24, "an address for documentation"),
        ([224], 4, "a multicast address"),
        ([240], 4, "a reserved address"),
    ]

    /// Names for what lies outside 2000::/3.
    private static let local6: [Block] = [
        ([0xFE, 0x80], 10, "a link-local address"),
        ([0xFC], 7, "a private address"),
        ([0xFF], 8, "a multicast address"),
    ]

    /// Inside 2000::/3: protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address.
    private static let special6: [Block] = [
        ([0x20, 0x01, 0], 23, "a reserved address"),
        ([0x20, 0x01, 0x0D, 0xB8], 32, "an address for documentation"),
        ([0x20, 0x02], 16, "a 6to4 address"),
        ([0x3F, 0xFF, 0], 20, "an address for documentation"),
    ]

    private static func among(_ ranges: [Block], _ octets: [UInt8]) -> String? {
        ranges.first { matches(octets, $0.prefix, $0.bits) }?.name
    }

    private static func matches(_ octets: [UInt8], _ prefix: [UInt8], _ bits: Int) -> Bool {
        for (place, octet) in prefix.enumerated() {
            let taken = min(8, bits - place * 8)
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> taken)
            if octets[place] & mask != octet & mask { return false }
        }
        return true
    }
}

extension HTTPRequest.Reach {
    /// Why an address may not be connected to; nil when it may.
    func objection(to address: NetworkAddress?) -> String? {
        guard case .publicAddresses(let others) = self else { return nil }
        guard let address else { return "no IP address" }
        guard let objection = address.peculiarity else { return nil }
        return others.contains { NetworkAddress($0) == address } ? nil : objection
    }
}
