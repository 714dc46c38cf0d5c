import Foundation
import Sandbox
import Testing

/// A client of another house: Python's smtplib, where Python is installed.
@Suite(.timeLimit(.minutes(1))) struct IndependentClientTests {
    @Test("Python's smtplib sends, and sees which recipient was refused")
    func smtplib() async throws {
        try await withSandbox { sandbox, inbox in
            let script = """
                import smtplib
                with smtplib.SMTP("127.0.0.1", \(sandbox.port)) as client:
                    refused = client.sendmail("a@b.c", ["x@y.z", "rejected@simulator.test"],
                        "Subject: from Python\\r\\n\\r\\n.\\r\\n.dots\\r\\n".encode(), ["BODY=8BITMIME"])
                    assert client.does_esmtp and client.has_extn("pipelining")
                    assert client.verify("x@y.z")[0] == 252
                print(refused)
                """
            #expect(
                try python(script)
                    == "{'rejected@simulator.test': (550, b'5.1.1 no such mailbox here')}\n")
            let message = try #require(try inbox.list().first)
            #expect(message.subject == "from Python")
            let stored = try inbox.message(id: message.id)[message.traceSize...]
            #expect(String(decoding: stored, as: UTF8.self) == "Subject: from Python\r\n\r\n.\r\n.dots\r\n")
        }
    }

    private func python(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self)
    }
}
