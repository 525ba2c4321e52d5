import PosternCore
import PosternWeb

/// Mails for the tests, with CRLF as they travel.
enum Mail {
    static let alternative = crlf(
        """
        From: "Vera Visitor via Example Photos" <contact@relay.example.org>
        To: <pat@private.example>
        Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?utf-8?B?IPCfkYs=?=
        MIME-Version: 1.0
        Content-Type: multipart/alternative;
         boundary="b=_0"

        This is a multipart message.
        --b=_0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        Gr=C3=BC=C3=9Fe, a long =
        line.
        .dot
        --b=_0
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: base64

        PHA+R3LDvMOfZTwvcD48aW1nIHNyYz0iaHR0cDovL2V2aWwuZXhhbXBsZS94Ij4=
        --b=_0--

        """)

    static func crlf(_ text: String) -> String { text.replacing("\n", with: "\r\n") }

    static func kept(_ source: String) -> MailboxLetter? {
        let letters = MailboxLetters()
        let envelope = MailboxDialogue.Envelope(sender: "b1@relay.example.org", recipients: ["pat@private.example"])
        letters.keep(envelope, source: Array(source.utf8), at: Example.now)
        return letters.letter(1)
    }
}
