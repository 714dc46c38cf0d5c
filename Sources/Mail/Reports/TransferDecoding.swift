extension Base64 {
    /// Undoes base64; what is not of the alphabet (line breaks, padding, rubbish) is passed over (RFC 2045 §6.8).
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.underestimatedCount / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        for octet in text {
            let value: UInt8
            switch octet {
            case 0x41...0x5A: value = octet - 0x41
            case 0x61...0x7A: value = octet - 0x61 + 26
            case 0x30...0x39: value = octet - 0x30 + 52
            case 0x2B: value = 62
            case 0x2F: value = 63
            default: continue
            }
            bits = bits << 6 & 0xFFFF | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                octets.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        return octets
    }
}

extension QuotedPrintable {
    /// Undoes quoted-printable; an equals sign that begins no code stays (RFC 2045 §6.7).
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count)
        var rest = text
        while let octet = rest.popFirst() {
            guard octet == 0x3D else {
                octets.append(octet)
                continue
            }
            let blanks = rest.prefix(80).prefix { $0 == 0x20 || $0 == 0x09 }.count
            let behind = rest.dropFirst(blanks)
            if behind.first == 0x0A {
                rest = behind.dropFirst()
            } else if behind.first == 0x0D, behind.dropFirst().first == 0x0A {
                rest = behind.dropFirst(2)
            } else if let pair = Hexadecimal.octet(rest.prefix(2)) {
                octets.append(pair)
                rest = rest.dropFirst(2)
            } else {
                octets.append(octet)
            }
        }
        return octets
    }
}

extension Hexadecimal {
    /// Two digits of either case; nil for anything else.
    static func octet(_ digits: some Collection<UInt8>) -> UInt8? {
        var value: UInt8 = 0
        guard digits.count == 2 else { return nil }
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | (digit - 0x30)
            case 0x41...0x46: value = value << 4 | (digit - 0x37)
            case 0x61...0x66: value = value << 4 | (digit - 0x57)
            default: return nil
            }
        }
        return value
    }
}
