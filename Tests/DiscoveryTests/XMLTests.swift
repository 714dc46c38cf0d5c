@testable import Discovery
import Testing

@Suite("The XML of autoconfig")
struct XMLTests {
    @Test("Elements, attributes, text and references")
    func reads() throws {
        let root = try #require(
            XMLElement(Array("<a x='1' y=\"&lt;&#65;\"> t&amp;u <b/><!-- c --><b>v</b></a>".utf8)))
        #expect(root.attributes == ["x": "1", "y": "<A"])
        #expect(root.text == "t&u")
        #expect(root.all("b").map(\.text) == ["", "v"])
    }

    static let refused = [
        "", "text", "<a>", "<a></b>", "<a/><b/>", "<a x=1/>", "<a x='1' x='2'/>", "<a>&unknown;</a>",
        "<a>&</a>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "<a><![CDATA[x]]></a>",
        "<a x='<'/>",
        "<!-- never ends", "<a>&#xD800;</a>",
        String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
        "<a>" + String(repeating: "<b/>", count: 2_001) + "</a>",
    ]

    @Test("What is not well-formed, or could be dangerous, is refused", arguments: refused)
    func refuses(document: String) { #expect(XMLElement(Array(document.utf8)) == nil) }

    @Test(
        "A server whose host or user name could be anything else is left out",
        arguments: [
            ("a b", "u"), ("-oProxy", "u"), ("", "u"), ("smtp.example.org", "u&#10;v"),
        ])
    func servers(host: String, user: String) throws {
        let document = """
            <clientConfig><emailProvider><outgoingServer type="smtp"><hostname>\(host)</hostname><port>465</port>
            <socketType>SSL</socketType><username>\(user)</username></outgoingServer></emailProvider></clientConfig>
            """
        #expect(try #require(Autoconfig(Array(document.utf8))).outgoing.isEmpty)
    }
}
