/// Mails for tests, with CRLF as they travel.
package enum SampleMail {
    package static let alternative =
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

        """.crlf
}

extension String {
    package var crlf: String { replacing("\n", with: "\r\n") }
}
