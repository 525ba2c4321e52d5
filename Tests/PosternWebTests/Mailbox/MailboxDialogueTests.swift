import PosternWeb
import Testing

struct MailboxDialogueTests {
    /// Replies' codes and letters' sources to one script.
    private func play(_ script: String, inPiecesOf size: Int? = nil) -> (
        codes: [String], letters: [(MailboxDialogue.Envelope, String)]
    ) {
        var dialogue = MailboxDialogue()
        var outputs: [MailboxDialogue.Output] = []
        let bytes = Array(script.utf8)
        for start in stride(from: 0, to: bytes.count, by: size ?? max(bytes.count, 1)) {
            outputs += dialogue.receive(bytes[start..<min(start + (size ?? bytes.count), bytes.count)])
            if outputs.last == .close { break }
        }
        var codes: [String] = []
        var letters: [(MailboxDialogue.Envelope, String)] = []
        for output in outputs {
            switch output {
            case .reply(let line) where line.dropFirst(3).first == "-": break
            case .reply(let line): codes.append(String(line.prefix(3)))
            case .letter(let envelope, let source): letters.append((envelope, String(decoding: source, as: UTF8.self)))
            case .close: codes.append("close")
            }
        }
        return (codes, letters)
    }

    private static let opening =
        "EHLO x\r\nMAIL FROM:<a@x.example> BODY=8BITMIME SMTPUTF8 SIZE=10\r\nRCPT TO:<b@y.example>\r\nDATA\r\n"

    // Pipelined or byte by byte, a letter is the same.
    @Test(arguments: [nil, 1, 2, 7])
    func `A letter is taken whole, dots unstuffed`(size: Int?) throws {
        let played = play(Self.opening + "Subject: x\r\n\r\n..dot\r\n.\u{E9}\r\n\r\n.\r\nQUIT\r\n", inPiecesOf: size)
        #expect(played.codes == ["250", "250", "250", "354", "250", "221", "close"])
        let (envelope, source) = try #require(played.letters.first)
        #expect(envelope.sender == "a@x.example" && envelope.recipients == ["b@y.example"])
        #expect(source == "Subject: x\r\n\r\n.dot\r\n\u{E9}\r\n\r\n")
    }

    // Each script with the replies it must get.
    @Test(arguments: [
        ("EHLO x\r\nNOOP\r\nVRFY x\r\nRSET\r\nHELP\r\n", ["250", "250", "252", "250", "502"]),
        ("MAIL FROM:<a@x>\r\nEHLO\r\nehlo x\r\nmail from:<>\r\n", ["503", "501", "250", "250"]),
        (
            "EHLO x\r\nRCPT TO:<b@y>\r\nDATA\r\nMAIL FROM:<a@x>\r\nMAIL FROM:<a@x>\r\nDATA\r\n",
            ["250", "503", "503", "250", "503", "503"]
        ),
        (
            "HELO x\r\nMAIL FROM: <a@x>\r\nRCPT TO:<>\r\nRCPT b\r\nRSET\r\nRCPT TO:<b@y>\r\n",
            ["250", "250", "501", "501", "250", "503"]
        ),
        (
            "EHLO x\r\nMAIL FROM:a@x\r\nMAIL FROM:<a x>\r\nMAIL FROM:<a@x>b\r\nMAIL FROM:<a@x> AUTH=x\r\n",
            ["250", "501", "501", "501", "555"]
        ),
        ("EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y> NOTIFY=NEVER\r\nDATA now\r\n", ["250", "250", "555", "501"]),
        ("\r\n", ["502"]),
        ("EHLO x\nMAIL FROM:<a@x>\r\n", ["554", "close"]),
    ])
    func `Commands are answered`(script: String, codes: [String]) {
        #expect(play(script).codes == codes)
    }

    @Test func `What is repeated of a command cannot end the reply`() {
        var dialogue = MailboxDialogue()
        let outputs = dialogue.receive(Array("EHLO x\r\nMAIL FROM:<a@x> X\r\u{1}Y=1\r\n".utf8))
        guard case .reply(let reply)? = outputs.last else { return #expect(Bool(false), "no reply") }
        #expect(reply == "555 5.5.4 That parameter is not known here")
    }

    @Test func `A command line without end costs nothing and is refused`() {
        let played = play(String(repeating: "x", count: 100_000) + "\r\nNOOP\r\n")
        #expect(played.codes == ["500", "250"])
    }

    // A letter we must never send is refused after its end, and the next one is taken.
    @Test(arguments: [
        ("bare\nfeed\r\n", "554"), ("bare\rreturn\r\n", "554"), (String(repeating: "x", count: 999) + "\r\n", "554"),
        (String(repeating: "x", count: 200_000) + "\r\n", "554"),
        (String(repeating: String(repeating: "x", count: 998) + "\r\n", count: 1_049), "552"),
        ("\n.\n", "554"), ("\n.\r\n", "554"),
    ])
    func `A malformed letter is refused`(text: String, code: String) {
        let again = "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\nfine\r\n.\r\n"
        let played = play(Self.opening + text + "x\r\n.\r\n" + again)
        #expect(played.codes == ["250", "250", "250", "354", code, "250", "250", "354", "250"])
        #expect(played.letters.map(\.1) == ["fine\r\n"])
    }

    @Test func `A line of 998 characters is the longest`() {
        let line = String(repeating: "x", count: 998) + "\r\n"
        #expect(play(Self.opening + line + ".\r\n").letters.map(\.1) == [line])
    }

    @Test func `The hundred-and-first recipient is refused for now`() {
        let many = String(repeating: "RCPT TO:<b@y.example>\r\n", count: 101)
        #expect(play("EHLO x\r\nMAIL FROM:<a@x>\r\n" + many).codes.last == "452")
    }

    @Test func `A judge refuses a recipient or a whole letter, and the dialogue goes on`() {
        var dialogue = MailboxDialogue { moment, envelope in
            switch moment {
            case .recipient("no@y.example"): "550 5.1.1 <no@y.example> is unknown"
            case .recipient: nil
            case .letter: envelope.recipients == ["late@y.example"] ? "554 5.7.1 not wanted" : nil
            }
        }
        let opening =
            "EHLO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<no@y.example>\r\nRCPT TO:<late@y.example>\r\nDATA\r\nx\r\n.\r\n"
        let again = "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\nx\r\n.\r\n"
        let outputs = dialogue.receive(Array((opening + again).utf8))
        #expect(
            outputs.contains(.reply("550 5.1.1 <no@y.example> is unknown")) && outputs.contains(.reply("554 5.7.1 not wanted")))
        let letters = outputs.compactMap { if case .letter(let envelope, _) = $0 { envelope.recipients } else { nil } }
        #expect(letters == [["b@y.example"]])
    }
}
