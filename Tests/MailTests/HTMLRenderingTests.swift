import Foundation
import Mail
import Testing

@Suite("Text made from HTML")
struct HTMLRenderingTests {
    /// The text part of a message that has this HTML alone.
    func text(from html: String) throws -> String {
        let address = try Address(parsing: "a@example.com")
        let message = Message(from: Mailbox(address), to: [Mailbox(address)], html: html)
        let composed = try message.composed(
            date: Timestamp(milliseconds: 0), messageID: MessageID(unique: "x", domain: "y"), boundary: "B")
        let data = String(decoding: composed.mailData.bytes, as: UTF8.self)
        let parts = data.split(separator: "--=_B.a\r\n")
        let body = parts[1].split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(body[0].contains("text/plain"))
        let content = body.count > 1 ? String(body[1]) : ""
        if body[0].contains("base64") {
            let bytes = try #require(Data(base64Encoded: content, options: .ignoreUnknownCharacters))
            return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n").trimmingSuffix("\n")
        }
        // Nothing in the table is over a line, so undoing quoted-printable takes only the escapes.
        var bytes: [UInt8] = []
        var rest = Array(content.utf8)[...]
        let isQuoted = body[0].contains("quoted-printable")
        while let byte = rest.popFirst() {
            if isQuoted, byte == UInt8(ascii: "=") {
                bytes.append(try #require(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)))
                rest = rest.dropFirst(2)
            } else if byte != 0x0D {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self).trimmingSuffix("\n")
    }

    @Test(
        "HTML reads as plain text",
        arguments: [
            ("<p>One</p><p>Two</p>", "One\n\nTwo"), ("One<br>Two<br/>Three", "One\nTwo\nThree"),
            ("a<br><br><br>b", "a\n\n\nb"),
            ("<div>One</div><div>Two <b>bold</b><i>er</i></div>", "One\nTwo bolder"),
            ("  lots \n of\t white&nbsp;&nbsp;space  ", "lots of white space"),
            ("<h1>Title</h1>text", "Title\n\ntext"), ("a<hr>b", "a\n\n----\n\nb"),
            ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"), ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
            ("<ol start=9><li>a</li><li>b</li></ol>c", "9. a\n10. b\n\nc"),
            ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
            ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
            ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>d", "> a\n> b\n>\n> > c\n\nd"),
            ("<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"), ("<pre>\nfirst</pre>", "first"),
            ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a  b\n1  2"),
            ("<dl><dt>a<dd>b</dl>", "a\n    b"),
            (
                "<a href=\"https://example.com/x?a=1&amp;b=2\">site</a>!",
                "site <https://example.com/x?a=1&b=2>!"
            ),
            ("see <a href='https://example.com'> here </a>now", "see here <https://example.com> now"),
            ("<a href=https://example.com/>example.com</a>", "example.com"),
            ("<a href=\"https://example.com\">https://example.com</a>", "https://example.com"),
            ("<a href=\"mailto:a@b.c\">a@b.c</a>", "a@b.c"),
            ("<a href=\"mailto:a@b.c?subject=x\">mail</a>", "mail <a@b.c>"),
            ("<a href=\"#top\">top</a> <a href=\"javascript:x()\">js</a> <a name=x>y</a>", "top js y"),
            ("<a href=\"https://e.com/\"><img src=x alt=\"Logo\"></a>", "[Logo] <https://e.com/>"),
            ("<img src=x><img alt='  '>a", "a"),
            ("&lt;b&gt; &amp;amp; &quot;q&quot; &#39;x&#x27; &apos;", "<b> &amp; \"q\" 'x' '"),
            ("&eacute;&Eacute;&szlig;&euro;&hellip;&mdash;&Omega;&omega;&yuml;&rarr;", "éÉß€…—Ωωÿ→"),
            ("&#8364;&#x20AC;&#128;&#150;&#x1F600;", "€€€–😀"),
            (
                "&#0;&#xD800;&#x110000;&#99999999999;&unknown; & &; &# &#x;",
                "\u{FFFD}\u{FFFD}\u{FFFD}&#99999999999;&unknown; & &; &# &#x;"
            ),
            ("a&#7;b&#x2028;c&shy;d&#8203;e", "a b cde"),
            ("1 < 2 > 0 <3 a<b", "1 < 2 > 0 <3 a"), ("a < b", "a < b"),
            ("x<script>if (a<b) document.write('<p>no</p>')</script>y", "xy"),
            ("<style>p > a { color: red }</style>x<SCRIPT>no</ScRiPt >y", "xy"),
            ("<html><head><title>no</title><meta charset=utf-8></head><body>yes</body></html>", "yes"),
            ("a<!-- <p>no</p> -->b<!doctype html><?xml no?>c", "abc"), ("a<!-- never closed <p>b", "a"),
            ("a<script>never closed", "a"), ("a<p title=\"x > y\">b</p>", "a\n\nb"),
            ("a<p title='never closed>b", "a"),
            ("<span style=\"display: none\">preview</span><div hidden>x<div>y</div></div>shown", "shown"),
            ("<p>Intro</p><p hidden>preheader<p>Amount: 100</p>", "Intro\n\nAmount: 100"),
            ("<div><p hidden>a<b>b</b></div>c", "c"), ("<p hidden>a</p>b", "b"),
            ("<p hidden>a<p hidden>b<hr>c", "----\n\nc"),
            ("<table><tr style=\"display:none\"><td>tpl<tr><td>Amount: 100</table>", "Amount: 100"),
            ("<table><tr hidden><td><table><tr><td>a</table>b<tr><td>c</table>", "c"),
            ("<table><tr><td>1<td hidden>2<td>3<td hidden>4<tr><td>5</table>", "1  3\n5"),
            ("<ul><li hidden>a<ul><li>b</ul>c<li>d</ul>", "- d"), ("<ul><li hidden>a</ul>b", "b"),
            ("<dl><dt>a<dd hidden>b<dt>c</dl>", "a\nc"),
            ("<select><option hidden>a<option>b</select>", "b"), ("<div hidden>a<div>b</div>c</div>d", "d"),
            ("a<!-->b<!--->c<!-- d --!>e<!----->f<!-- - -- -->g", "abcefg"),
            ("</p></li></ul></a>stray", "stray"), ("<p =x a=b=c / / d>attributes</p>", "attributes"),
            ("<", "<"), ("a<", "a<"), ("</", ""), ("<a", ""), ("", ""), ("日本<b>語</b>", "日本語"),
        ])
    func reads(html: String, text: String) throws { #expect(try self.text(from: html) == text) }

    @Test(
        "Hostile HTML takes time in proportion to its length",
        arguments: [
            "<", "<a", "<a ", "<a href=", "<!--", "<blockquote>", "<ul><li>", "&", "&#", "<script>",
            "<a href=x>", "</a>",
            "<p title=\"", "<span hidden>", "<p hidden>", "<ul><li hidden>", "<!-- -", "<pre>\n",
            "<td>", "<br>",
        ])
    func hostile(piece: String) throws {
        // A quadratic reading of 100,000 pieces would run for hours.
        let address = try Address(parsing: "a@example.com")
        let html = String(repeating: piece, count: 100_000)
        let message = Message(from: Mailbox(address), to: [Mailbox(address)], html: html)
        _ = try message.composed(
            date: Timestamp(milliseconds: 0), messageID: MessageID(unique: "x", domain: "y"), boundary: "B")
    }
}

extension String {
    /// One line break belongs to the delimiter and one to the text's last line.
    fileprivate func trimmingSuffix(_ suffix: Character) -> String {
        var text = self
        while text.last == suffix { text.removeLast() }
        return text
    }
}
