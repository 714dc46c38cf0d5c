import Foundation
import Mail
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "A time with any offset is read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-22T16:00:00Z", 1_795_363_200_000),
            ("2026-11-22T17:00:00+01:00", 1_795_363_200_000),
            ("2026-11-22t10:30:00-05:30", 1_795_363_200_000),
            ("2026-11-22 16:00:00z", 1_795_363_200_000), ("2026-11-22T16:00:00.5Z", 1_795_363_200_500),
            ("2026-11-22T16:00:00.1239999Z", 1_795_363_200_123),
            ("2026-11-22T16:00:00-00:00", 1_795_363_200_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("1969-12-31T23:00:00-01:00", 0),
        ])
    func read(text: String, milliseconds: Int64) throws {
        #expect(try Timestamp(parsing: text).milliseconds == milliseconds)
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "A time is refused with what is wrong",
        arguments: [
            ("2026-11-22T16:00:00", "has no offset from UTC"),
            ("2026-11-22T16:00:00.123", "has no offset from UTC"),
            ("2026-11-22", "is not an RFC 3339 time"), ("", "is not an RFC 3339 time"),
            ("tomorrow", "is not an RFC 3339 time"),
            ("2026-11-22T16:00Z", "is not an RFC 3339 time"),
            ("2026-1-2T16:00:00Z", "is not an RFC 3339 time"),
            ("2026-02-29T00:00:00Z", "does not exist"), ("2100-02-29T00:00:00Z", "does not exist"),
            ("2026-13-01T00:00:00Z", "does not exist"), ("2026-00-01T00:00:00Z", "does not exist"),
            ("2026-04-31T00:00:00Z", "does not exist"), ("2026-11-22T24:00:00Z", "does not exist"),
            ("2026-11-22T16:60:00Z", "does not exist"), ("2026-11-22T16:00:61Z", "does not exist"),
            ("2026-11-22T16:00:60Z", "does not exist"),
            ("2026-11-22T16:00:00.Z", "a dot without digits"), ("2026-11-22T16:00:00+1:00", "a valid offset"),
            ("2026-11-22T16:00:00+0100", "a valid offset"), ("2026-11-22T16:00:00+24:00", "a valid offset"),
            ("2026-11-22T16:00:00ZZ", "a valid offset"), ("2026-11-22T16:00:00 CET", "a valid offset"),
            ("1969-12-31T23:59:59Z", "between 1970 and 9999"),
            ("9999-12-31T23:59:59-00:01", "between 1970 and 9999"),
            ("1970-01-01T00:00:00+00:01", "between 1970 and 9999"),
        ])
    func refused(text: String, reason: String) {
        let failure = #expect(throws: Failure.self) { try Timestamp(parsing: text) }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("5,000 points in time read and print as Python prints them")
    func agreesWithPython() throws {
        let script = """
            import random
            from datetime import datetime, timedelta, timezone
            from email.utils import format_datetime
            epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
            random.seed(5322)
            points = [0, 999, 86399999, 253402300799999]
            points += [86400000 * d for d in (58, 59, 60, 789, 790, 10956, 11016, 11017, 47540, 47541)]
            points += [random.randrange(253402300800000) for _ in range(5000)]
            for ms in points:
                at = epoch + timedelta(milliseconds=ms)
                offset = random.randrange(-1439, 1440)
                try:
                    local = at.astimezone(timezone(timedelta(minutes=offset))).isoformat(timespec="milliseconds")
                except OverflowError:
                    local = at.isoformat(timespec="milliseconds")
                utc = at.strftime("%Y-%m-%dT%H:%M:%S") + ".%03dZ" % (ms % 1000)
                print(ms, utc, local, format_datetime(at.replace(microsecond=0)), sep="|")
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let printed = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let lines = printed.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
        #expect(lines.count > 5000)
        for line in lines {
            let time = Timestamp(milliseconds: try #require(Int64(line[0])))
            #expect(time.rfc3339 == line[1])
            #expect(Timestamp(rfc3339: line[1]) == time)
            #expect(Timestamp(rfc3339: line[2]) == time)
            #expect(time.rfc5322 == line[3])
        }
    }

    @Test("Seconds are added to the millisecond and never leave the range")
    func adding() {
        let time = Timestamp(milliseconds: 1000)
        #expect(time.adding(seconds: 1.0005).milliseconds == 2001)
        #expect(time.adding(seconds: -0.5).milliseconds == 500)
        #expect(time.adding(seconds: -5).milliseconds == 0)
        #expect(time.adding(seconds: .infinity) == .latest)
        #expect(time.adding(seconds: -.infinity).milliseconds == 0)
        #expect(time.adding(seconds: .nan) == time)
        #expect(Timestamp(milliseconds: .max) == .latest)
        #expect(time < time.adding(seconds: 0.001))
    }

    @Test("It is one RFC 3339 string in JSON")
    func coding() throws {
        let time = Timestamp(milliseconds: 1_795_363_200_123)
        let json = try JSONEncoder().encode([time])
        #expect(String(decoding: json, as: UTF8.self) == #"["2026-11-22T16:00:00.123Z"]"#)
        #expect(try JSONDecoder().decode([Timestamp].self, from: json) == [time])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Timestamp].self, from: Data(#"["x"]"#.utf8))
        }
    }
}
