import JSON
import Testing

@testable import HTTP

@Suite("What pages are made of")
struct PageMarkupTests {
    @Test(
        "Text that comes from elsewhere is text between tags and in attributes",
        arguments: [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onload=\"x", "&quot; onload=&quot;x"),
            ("' onload='x", "&#39; onload=&#39;x"),
            ("&lt;", "&amp;lt;"),
            ("a\u{0}b\u{1B}c\u{7F}d", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d"),
            ("\u{202E}gnp.exe", "\u{FFFD}gnp.exe"),
            ("a\u{2066}b", "a\u{FFFD}b"),
            ("one\r\ntwo\tthree", "one\ntwo\tthree"),
            ("Grüße 👩‍👩‍👧 שלום", "Grüße 👩‍👩‍👧 שלום"),
        ])
    func escaping(text: String, markup: String) {
        #expect(HTML(text).text == markup)
        #expect(("<b title=\"\(text)\">\(text)</b>" as HTML).text == "<b title=\"\(markup)\">\(markup)</b>")
    }

    @Test("Markup that was made here stays markup, and is escaped once")
    func composing() {
        let inner: HTML = "<i>\("a<b")</i>"
        let absent: HTML? = nil
        #expect(("<p>\(inner)\(absent)\(3)</p>" as HTML).text == "<p><i>a&lt;b</i>3</p>")
        #expect(HTML([inner, inner]).text == "<i>a&lt;b</i><i>a&lt;b</i>")
        let raw = "<"
        #expect((inner + HTML(raw)).text == "<i>a&lt;b</i>&lt;")
    }

    @Test(
        "Elements that could ask for something are none any more, however they are written",
        arguments: [
            ("<link rel=preconnect>", "<x-link rel=preconnect>"),
            ("<LINK rel=x>", "<x-LINK rel=x>"),
            ("<meta http-equiv=refresh>", "<x-meta http-equiv=refresh>"),
            ("<script>1</script>", "<x-script>1</x-script>"),
            ("<script/src=x>", "<x-script/src=x>"),
            ("<iframe srcdoc='<script>'>", "<x-iframe srcdoc='<x-script>'>"),
            ("<<base href=x>", "<<x-base href=x>"),
            ("<", "<"), ("</", "</"),
            ("a < link", "a < link"),
            ("<p><b>1 < 2</b></p>", "<p><b>1 < 2</b></p>"),
        ])
    func disarming(html: String, disarmed: String) {
        #expect(String(decoding: Frame.disarm(Array(html.utf8)), as: UTF8.self) == disarmed)
    }

    @Test("A filter says the same in an address, in a form and as arguments")
    func filter() {
        let query = [
            "status": "failed", "state": "sending", "account": "a&b", "to": "a@example.org",
            "query": "<script>", "since": "2026-11-23T16:04", "cursor": "djE=",
        ]
        let filter = ListFilter { query[$0] }
        #expect(
            filter.address
                == "/?status=failed&account=a%26b&to=a@example.org&query=%3Cscript%3E&since=2026-11-23T16:04:00Z&cursor=djE%3D"
        )
        #expect(
            filter.arguments(limit: 7) == [
                "limit": 7, "status": "failed", "account": "a&b", "to": "a@example.org", "query": "<script>",
                "since": "2026-11-23T16:04:00Z", "cursor": "djE=",
            ])
        #expect(filter.with { $0.status = "" }.cursor.isEmpty)
        let again = ListFilter { name in
            Target(filter.address)?.query.first { $0.name == name }?.value
        }
        #expect(again == filter)
    }

    @Test("Times that somebody wrote outrank a stretch of time, and unknown words count for nothing")
    func stretches() {
        for name in ["since", "until"] {
            let filter = ListFilter { ["within": "7d", name: "2026-01-01T00:00"][$0] }
            #expect(filter.address == "/?\(name)=2026-01-01T00:00:00Z")
        }
        #expect(ListFilter { ["within": "7d", "since": ""][$0] }.address == "/?within=7d")
        #expect(!ListFilter { ["within": "1y", "status": "all", "state": "ready"][$0] }.isSet)
    }

    @Test("What a rule of this server kept back was refused by no other server")
    func keptBack() {
        let refused = SendView(["state": "rejected", "error": ["code": "recipient_rejected"]])
        let kept = SendView(["state": "rejected", "error": ["code": "recipient_not_allowed"]])
        #expect(Wording.state(refused) == "Refused" && Wording.state(kept) == "Kept back")
        #expect(Wording.standing(refused).contains("submission server"))
        #expect(Wording.standing(kept) == "A rule of this server kept it back. Nobody got it.")
        #expect(ListView.row(kept).text.contains("Kept back"))
    }

    @Test(
        "Octets and times are shown as people read them",
        arguments: [(999, "999 bytes"), (1_000, "1 kB"), (5_449, "5.4 kB"), (26_214_400, "26.2 MB")])
    func sizes(octets: Int, text: String) {
        #expect(Size.text(octets) == text)
        #expect(Moment.day("2026-11-03T16:04:05.123Z") == "3 Nov 2026")
        #expect(Moment.exactClock("2026-11-03T16:04:05.123Z") == "16:04:05.123")
        #expect(Moment.day("nonsense") == "nonsense")
    }
}
