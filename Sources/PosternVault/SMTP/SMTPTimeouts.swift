/// How long a lane waits for what. The standard values are those of RFC 5321 §4.5.3.2; too short a wait after the final
/// dot makes duplicates.
///
/// Kept by our own watch in libcurl's progress callback, which runs once a second while nothing happens, so that an end
/// may come a second late. libcurl's own limits cannot do it: its connect time-out covers greeting, EHLO, TLS and login
/// together, and its response time-out is one for all stages.
package struct SMTPTimeouts: Sendable {
    /// Resolving, connecting, and TLS where that comes first.
    package let connect: Duration
    /// Each answer up to the one to DATA; also STARTTLS's handshake.
    package let answer: Duration
    /// Standstill while the text is being sent.
    package let text: Duration
    /// The answer to the final dot.
    package let finalDot: Duration
    /// How long an idle connection is kept. libcurl itself takes none up again after 118 s.
    package let idle: Duration

    package init(
        connect: Duration = .seconds(30), answer: Duration = .seconds(300), text: Duration = .seconds(180),
        finalDot: Duration = .seconds(600), idle: Duration = .seconds(60)
    ) {
        (self.connect, self.answer, self.text, self.finalDot, self.idle) = (connect, answer, text, finalDot, idle)
    }
}
