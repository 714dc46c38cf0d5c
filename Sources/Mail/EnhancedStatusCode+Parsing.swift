extension EnhancedStatusCode {
    /// Reads `5.1.1` (RFC 2034 §4: class 2, 4 or 5; subject and detail up to 999); nil for anything else.
    package init?(parsing text: some StringProtocol) {
        var numbers = [0, 0, 0]
        var place = 0
        var digits = 0
        for octet in text.utf8 {
            switch octet {
            case 0x30...0x39 where digits < 3:
                numbers[place] = numbers[place] * 10 + Int(octet - 0x30)
                digits += 1
            case 0x2E where digits > 0 && place < 2:
                place += 1
                digits = 0
            default: return nil
            }
        }
        guard place == 2, digits > 0, text.utf8.dropFirst().first == 0x2E, [2, 4, 5].contains(numbers[0])
        else {
            return nil
        }
        self.init(numbers[0], numbers[1], numbers[2])
    }
}
