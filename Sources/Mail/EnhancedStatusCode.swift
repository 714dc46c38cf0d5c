/// `class.subject.detail` (RFC 3463 §2), as in `5.1.1`.
package struct EnhancedStatusCode: Hashable, Sendable, Codable, CustomStringConvertible {
    package let `class`: Int
    package let subject: Int
    package let detail: Int

    package init(_ `class`: Int, _ subject: Int, _ detail: Int) {
        self.class = `class`
        self.subject = subject
        self.detail = detail
    }

    package var description: String { "\(self.class).\(subject).\(detail)" }
}
