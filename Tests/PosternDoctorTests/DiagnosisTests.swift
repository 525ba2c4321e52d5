import PosternDoctor
import PosternHost
import Testing

@Suite("A diagnosis is as bad as its worst finding, and a person can read it")
struct DiagnosisTests {
    private static let ok = Finding.ok(.curl, "libcurl 8.21.0")
    private static let warning = Finding.warn(.clock, "not synchronised", "Synchronise it.")
    private static let failure = Finding.fail(.disk, "1 MiB free", "Make room.")
    private static let misconfigured = Finding.fail(.configuration, "POSTERN_LISTEN: “80”", "Write HOST:PORT.")

    // Warnings end with 0: a monitor must not raise an alarm over what works today. A failed configuration comes first, because
    // it must be corrected first.
    @Test(
        arguments: [
            ([], .ok, 0), ([ok], .ok, 0), ([ok, warning], .warn, 0), ([ok, warning, failure], .fail, 69),
            ([failure, misconfigured], .fail, 78), ([misconfigured, ok], .fail, 78),
        ] as [([Finding], Finding.Level, Int32)])
    func `Level and exit status follow from the findings`(findings: [Finding], level: Finding.Level, status: Int32) {
        let diagnosis = Diagnosis(findings)
        #expect(diagnosis.level == level)
        #expect(diagnosis.exitStatus == status)
    }

    @Test func `Findings come in the order of the checks, those of one check in their own`() {
        let second = Finding.fail(.configuration, "POSTERN_SMTP_URL: “x”", "Write smtps://HOST:465.")
        let diagnosis = Diagnosis([Self.warning, Self.failure, Self.misconfigured, second])
        #expect(diagnosis.findings == [Self.misconfigured, second, Self.failure, Self.warning])
        #expect(diagnosis.summary == "0 ok, 1 warn, 3 FAIL. Begin with the lines marked FAIL.")
    }

    @Test func `A check that could not be made is a warning that says why`() {
        let skipped = Finding.skipped(.keys, because: "this user may not look", .asRoot)
        #expect(skipped.level == .warn)
        #expect(skipped.text == "not checked: this user may not look")
        #expect(skipped.remedy == .asRoot)
    }

    @Test func `Columns are aligned, and commands are never broken`() {
        let finding = Finding.fail(
            .modes, "/var/lib/postern/vault/keys/address-1.key has mode 0644 and must have 0400",
            Remedy("As root:", commands: ["chmod 0400 /var/lib/postern/vault/keys/address-1.key"]))
        #expect(
            DiagnosisText(width: 60).text(Diagnosis([Self.ok, finding])) == """
                FAIL  modes          /var/lib/postern/vault/keys/address-1.key
                                     has mode 0644 and must have 0400
                                     → As root:
                                         chmod 0400 /var/lib/postern/vault/keys/address-1.key
                ok    curl           libcurl 8.21.0

                1 ok, 0 warn, 1 FAIL. Begin with the line marked FAIL.
                """)
    }

    @Test(arguments: [20, 40, 60, 80, 100])
    func `No line is wider than the screen, unless one word or command is`(width: Int) {
        let text = DiagnosisText(width: width).text(
            Diagnosis([
                Self.ok, Self.warning, .warn(.users, String(repeating: "word ", count: 60), "Do this and that, and more."),
            ]))
        for line in text.split(separator: "\n") { #expect(line.count <= max(width, 32), "\(line)") }
        #expect(text.contains("not synchronised"))
    }

    @Test(arguments: [
        ("/var/lib/postern", "/var/lib/postern"), ("", "''"), ("/a b", "'/a b'"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'"),
    ])
    func `A path in a command is quoted where a shell needs it`(path: String, word: String) {
        #expect(path.shellWord == word)
    }
}
