import PosternCore
import PosternTestSupport
import Testing

@Suite("Values keep what they say")
struct ValueTests {
    /// Milliseconds → the date, checked against another program's calendar.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z", "Thu, 1 Jan 1970 00:00:00 +0000"),
            (951_782_400_000, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_795_514_709_999, "2026-11-24T10:05:09Z", "Tue, 24 Nov 2026 10:05:09 +0000"),
            (4_107_542_399_000, "2100-02-28T23:59:59Z", "Sun, 28 Feb 2100 23:59:59 +0000"),
            (-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 +0000"),
        ] as [(Int64, String, String)])
    func `A moment is written as RFC 3339 and RFC 5322 have it`(milliseconds: Int64, internet: String, mail: String) {
        let moment = Timestamp(milliseconds: milliseconds)
        #expect(moment.rfc3339 == internet)
        #expect(moment.rfc5322 == mail)
    }

    @Test func `An epoch is read back as it was written, over 400 years`() {
        for day in stride(from: Int32(-40_000), through: 120_000, by: 13) {
            let epoch = Epoch(day: day)
            #expect(Epoch(epoch.description) == epoch)
        }
        for text in [
            "2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "", "2026-01-32", "2026/01/01", "+026-01-02",
        ] {
            #expect(Epoch(text) == nil, "\(text)")
        }
    }

    @Test func `Every moment lies in an epoch, the first and the last there can be too`() {
        #expect(Epoch(containing: Timestamp(milliseconds: .min)).day == .min)
        #expect(Epoch(containing: Timestamp(milliseconds: .max)).day == .max)
        #expect(Epoch(containing: Timestamp(milliseconds: -1)).day == -1)
        #expect(Epoch(containing: Timestamp(milliseconds: -86_400_000)).day == -1)
        #expect(Epoch(containing: Timestamp(milliseconds: -86_400_001)).day == -2)
        #expect(Epoch(containing: Timestamp(milliseconds: 86_399_999)).day == 0)
    }

    @Test func `An epoch is over when its last moment lies the retention behind, and not before`() {
        let epoch = Epoch(day: 20_000)
        #expect(!epoch.isOver(after: .days(28), now: epoch.end + .days(28) - .milliseconds(1)))
        #expect(epoch.isOver(after: .days(28), now: epoch.end + .days(28)))
    }

    @Test func `An identifier is read back from its text and from its bytes, and sorts by time`() throws {
        var randomness = SeededRandomness(seed: 3)
        var last = ""
        for second in 0..<500 as Range<Int64> {
            let id = LetterID(at: Timestamp(seconds: 1_795_000_000 + second), using: &randomness)
            #expect(id.description.count == 26)
            #expect(LetterID(id.description) == id)
            #expect(LetterID(bytes: id.bytes) == id)
            #expect(id.description > last)
            last = id.description
        }
        for text in [
            "", "0", String(repeating: "z", count: 26), String(repeating: "u", count: 26), String(repeating: "0", count: 27),
        ] {
            #expect(LetterID(text) == nil, "\(text)")
        }
    }

    @Test(arguments: ["", "Pat", "-pat", "pat-", "pat@example.org", "a b", "ü", String(repeating: "a", count: 65), "pat/..", "."])
    func `A slug holds a–z, 0–9 and its few signs, and says what is wrong`(text: String) {
        #expect(throws: SlugFault.self) { try Handle(text) }
    }

    @Test(arguments: ["pat", "pat.smith", "p_a-t", "0", String(repeating: "a", count: 40)])
    func `Good handles and site ids pass`(text: String) throws {
        #expect(try Handle(text).text == text)
    }

    @Test(arguments: [
        ("https://photos.example", true), ("http://127.0.0.1:8080", true), ("http://[::1]:8080", true),
        ("HTTPS://Photos.Example", true), ("https://photos.example/", false), ("ftp://photos.example", false),
        ("https://", false), ("https://user@photos.example", false), ("https://photos.example:99999", false),
        ("https://photos.example?x", false), ("photos.example", false), ("https://photos example", false),
        ("https://photos.example:+80", false), ("https://photos.example:", false), ("https://[]", false),
        ("https://[::1::]", false), ("https://[dead]", false),
    ])
    func `An origin is scheme, host and port and nothing else`(text: String, isGood: Bool) {
        #expect((WebOrigin(text) != nil) == isGood)
        // As browsers write it.
        #expect(WebOrigin("https://photos.example:443")?.description == "https://photos.example")
        #expect(WebOrigin("http://photos.example:80")?.description == "http://photos.example")
        #expect(WebOrigin("http://photos.example:443")?.description == "http://photos.example:443")
    }

    @Test(arguments: ["90s", "15m", "12h", "28d"])
    func `Spans and limits are read back as they were written`(text: String) {
        #expect(Duration(span: text)?.span == text)
    }

    @Test(arguments: ["", "0d", "-1d", "1w", "d", "1.5h", "99999999999d", "5 m"])
    func `What is no span is none`(text: String) {
        #expect(Duration(span: text) == nil)
    }

    @Test(arguments: ["", "3", "5/1x", "0/1h", "3,", ",5/1h", "5/1h,3", "a/1h", "5/1h/2", "OFF"])
    func `What is no limit is none`(text: String) {
        #expect(Limit(text) == nil)
    }

    @Test(arguments: ["off", "3,5/1h,20/1d", "10/1h,50/1d", "1/1s"])
    func `Limits`(text: String) {
        #expect(Limit(text)?.description == text)
    }
}
