import PosternHost
import Testing

@Suite("What a child writes is printed as lines that do nothing to a terminal")
struct ChildLinesTests {
    private static func lines(_ text: String, of child: String = "relay") -> [String] {
        var lines = ChildLines(of: child)
        let complete = lines.take(Array(text.utf8))
        return complete + [lines.end()].compactMap { $0 }
    }

    private static let own = "2026-11-28T12:00:00Z info relay: ready"

    @Test func `A line of the child's own log is printed as it is`() {
        #expect(Self.lines(Self.own + "\n") == [Self.own])
        #expect(Self.lines(Self.own) == [Self.own])
    }

    @Test(arguments: [
        "2026-11-28T12:00:00Z info vault: ready", "2026-11-28T12:00:00Z info serve: stopped", "Fatal error", "Password:",
        "2026-11-28T12:00:00Z shout relay: x", "relay: x",
    ])
    func `A line that is not of its own log says whose it is`(line: String) {
        #expect(Self.lines(line) == ["relay| \(line)"])
    }

    @Test(arguments: [
        ("\u{1B}]0;title\u{07}", "\\u{1b}]0;title\\u{7}"), ("\u{1B}[2J\u{1B}[H", "\\u{1b}[2J\\u{1b}[H"), ("a\rb", "a\\u{d}b"),
        ("\u{9B}6n", "\\u{9b}6n"), ("tab\tbell\u{08}", "tab\\u{9}bell\\u{8}"), ("\u{202E}abc", "\\u{202e}abc"),
        ("a\u{2028}b", "a\\u{2028}b"), ("del\u{7F}", "del\\u{7f}"), ("nul\u{0}", "nul\\u{0}"), ("Zoë 照片", "Zoë 照片"),
    ])
    func `Control characters, C1 ones too, and what turns text around are shown and not sent`(text: String, shown: String) {
        #expect(Self.lines(text) == ["relay| \(shown)"])
    }

    @Test func `Octets that are no text cannot be control characters of an eight-bit terminal`() {
        var lines = ChildLines(of: "vault")
        let printed = lines.take([0x9B, 0x32, 0x4A, 0x0A])
        #expect(printed == ["vault| \u{FFFD}2J"])
        #expect(printed.allSatisfy { $0.utf8.allSatisfy { $0 != 0x9B } })
    }

    @Test func `A line of a gigabyte costs 8 KiB, and the next one is whole`() {
        var lines = ChildLines(of: "relay")
        for _ in 0..<1_000 { #expect(lines.take(repeatElement(0x41, count: 10_000)).isEmpty) }
        let printed = lines.take(Array("\n\(Self.own)\n".utf8))
        #expect(printed.count == 2)
        #expect(printed[0].utf8.count < 8_300 && printed[0].hasSuffix("A …"))
        #expect(printed[1] == Self.own)
    }

    @Test func `Pieces make the same lines however they are cut`() {
        let text = Array("\(Self.own)\n\nsecond \u{1B}\n照片".utf8)
        for size in 1...text.count {
            var lines = ChildLines(of: "relay")
            var printed: [String] = []
            for start in stride(from: 0, to: text.count, by: size) {
                printed += lines.take(text[start..<min(start + size, text.count)])
            }
            #expect(printed + [lines.end()].compactMap { $0 } == [Self.own, "relay| second \\u{1b}", "relay| 照片"])
        }
    }

    @Test(arguments: [
        ("postern vault: system call 59 (execve) is not allowed; ended", "execve"),
        ("postern relay: system call 999 (no name here) is not allowed; ended", "unknown"),
        ("postern relay: system call 1 (\u{1B}[2J) is not allowed; ended", "unknown"),
    ])
    func `The last words of a process that was ended name the system call`(line: String, call: String) {
        #expect(RefusedCalls.call(in: line) == call)
        #expect(RefusedCalls.call(in: "x" + line) == nil)
    }
}
