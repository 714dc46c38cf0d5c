import Curl
import SMTP
import Testing

@Suite("Striking a login's secret out of what a server says")
struct StrikeoutTests {
    private let strikeout = Strikeout(plain: ["s3cret", "pin"], encoded: ["czNjcmV0", "AHVzZXIAczNjcmV0"])

    @Test(
        "Every spelling is replaced, the rest stays",
        arguments: [
            ("250 ok", "250 ok"),
            ("", ""),
            ("500 s3cret", "500 •••"),
            ("500 s3cret, S3Cret!", "500 •••, •••!"),
            ("500 s3crets3cret", "500 ••••••"),
            ("500 AUTH PLAIN AHVzZXIAczNjcmV0", "500 AUTH PLAIN •••"),
            ("500 AHVzZXIAczNj", "500 •••"),
            ("500 AHVzZXI", "500 AHVzZXI"),
            ("500 s3cre", "500 s3cre"),
            ("500 the pin stays, it is in any text", "500 the pin stays, it is in any text"),
            ("s3cret", "•••"),
            ("500-Grüße, s3cret, Grüße", "500-Grüße, •••, Grüße"),
        ])
    func strikesOut(_ said: String, _ shown: String) {
        #expect(strikeout(said) == shown)
    }

    @Test(
        "A secret that looks like a reply code changes no reply code",
        arguments: [
            ("250 okay", "250 okay", "250 •••"), ("250-", "250-250-x", "250-•••x"), ("5000", "5000", "•••"),
        ])
    func keepsCode(_ secret: String, _ said: String, _ shown: String) {
        #expect(Strikeout(plain: [secret])(said) == shown)
    }

    @Test("A limit cuts the line only after the secret was found at it")
    func cutsLast() {
        for length in 0...10 {
            let line = String(repeating: "x", count: length) + "s3cret and more"
            let shown = strikeout.text(of: Array(line.utf8), limit: 10)
            #expect(
                !shown.contains("s3c") && shown.utf8.prefix(length).allSatisfy { $0 == UInt8(ascii: "x") })
        }
    }

    @Test("It tells nothing of itself")
    func isSilent() {
        var dumped = ""
        dump(strikeout, to: &dumped)
        #expect(!"\(strikeout) \(String(reflecting: strikeout)) \(dumped)".contains("115"))
        #expect("\(strikeout)" == "•••")
    }
}
