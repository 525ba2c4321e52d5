import PosternCore
import PosternMail
import PosternVault
import Testing

@Suite struct ReleasedLetterTests {
    // A server may refuse a date that is more than a week old.
    @Test func `S7: a letter released late has the date of its release, and all else of its acceptance`() throws {
        let composer = try MailSamples.composer()
        let letter = try MailSamples.letter()
        let released = MailSamples.accepted + .days(12)
        let (first, late) = (
            try composer.compose(MailSamples.mail(letter)), try composer.compose(MailSamples.mail(letter, released: released))
        )
        #expect(first.headers["date"] == "Tue, 24 Nov 2026 10:05:09 +0000")
        #expect(late.headers["date"] == "Sun, 6 Dec 2026 10:05:09 +0000")
        #expect(late.headers["message-id"] == first.headers["message-id"])
        let others = { (mail: OutgoingMessage) in mail.lines.filter { !$0.hasPrefix("Date:") } }
        #expect(others(late) == others(first))
        // Every attempt after the release sends the same bytes.
        #expect(try composer.compose(MailSamples.mail(letter, released: released)).bytes == late.bytes)
    }
}
