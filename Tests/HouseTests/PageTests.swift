import Testing

/// The pages as a person has them: a real browser opens them, clicks, and is attacked by what they show.
@Suite("Pages in a browser")
struct PageTests {
    @Test(
        "Chromium shows, filters and follows the sends, acts on them, and is not reached by a hostile message; axe finds no serious barrier"
    )
    func browser() async throws {
        try await ClientTests.expectToPass(ClientTests.Client(".venv-browser", "page_browser.py"))
    }
}
