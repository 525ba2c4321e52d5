import PosternCore
import PosternHost
import Testing

@Suite("Settings are known with the place that each comes from")
struct GivenSettingsTests {
    private func given(_ text: String, _ environment: [String: String] = [:]) -> GivenSettings {
        GivenSettings(path: "/home/postern.conf", text: text, environment: environment)
    }

    @Test func `The environment overrides a line, and an empty value counts as not set`() {
        let settings = given(
            "# remark\n\nPOSTERN_LISTEN=127.0.0.1:1\r\n POSTERN_LOG_LEVEL = debug \nPOSTERN_SMTP_USER=\n",
            ["POSTERN_LISTEN": "127.0.0.1:2"])
        #expect(settings.faults.isEmpty)
        #expect(settings.values["POSTERN_LISTEN"] == "127.0.0.1:2" && settings.source(of: .listen) == .environment)
        #expect(settings.values["POSTERN_LOG_LEVEL"] == "debug" && settings.source(of: .logLevel) == .file(line: 4))
        #expect(settings.source(of: .smtpUser) == .standard && settings.source(of: .lease) == .standard)
    }

    @Test func `M5: a key that is given twice is a fault that names both lines`() {
        let settings = given(
            "POSTERN_LISTEN=127.0.0.1:1\n#POSTERN_LISTEN=x\nPOSTERN_LISTEN=127.0.0.1:2\nPOSTERN_LISTEN=127.0.0.1:3\n")
        #expect(settings.faults.map(\.key) == ["POSTERN_LISTEN"])
        #expect(settings.faults.first?.problem.contains("in lines 1, 3 and 4 of /home/postern.conf") == true)
    }

    @Test func `M4: a line that is no setting hides no other fault, and is not repeated`() {
        let settings = given("listen on 80\nPOSTERN_LISTEN=8080\nhunter2=x\nPOSTERN_LISTEN=1\n")
        #expect(settings.faults.map(\.key) == ["/home/postern.conf, line 1", "/home/postern.conf, line 3", "POSTERN_LISTEN"])
        #expect(!"\(settings.faults)".contains("hunter2") && settings.values["POSTERN_LISTEN"] == "1")
    }

    // As systemd takes them off an EnvironmentFile.
    @Test(arguments: [
        (#""login@provider.example""#, "login@provider.example"), ("'login@provider.example'", "login@provider.example"),
        (#" "login" "#, "login"), (#""""#, ""), ("''", ""), ("“login”", "login"), ("„login“", "login"), ("«login»", "login"),
        (#""my login""#, "my login"), (#"my"login"#, #"my"login"#), ("o'hara", "o'hara"), (#"login""#, #"login""#), ("O'", "O'"),
        (#""O'Hara""#, "O'Hara"), (#"'"a b"@relay.example'"#, #""a b"@relay.example"#), (#""DOMAIN\user""#, #"DOMAIN\user"#),
        (#"DOMAIN\user"#, #"DOMAIN\user"#), (#""a\"b\\c""#, #"a"b\c"#), ("a=\"b\"", "a=\"b\""), (#""a#b""#, "a#b"),
    ])
    func `Quotation marks around a value are not part of it, and those inside are`(written: String, value: String) {
        let settings = given("POSTERN_SMTP_USER=\(written)\n")
        #expect(settings.values["POSTERN_SMTP_USER"] == value && settings.faults.isEmpty)
        #expect(settings.source(of: .smtpUser) == (value.isEmpty ? .standard : .file(line: 1)))
    }

    @Test(arguments: [
        #""hunter2"#, "'hunter2", "“hunter2", #"""#, "'", #""hunter2'"#, #""hunter2" # a remark"#, #""hunter2"@relay.example"#,
        #""a" "b""#, #""hunter2\""#, "'it's'",
    ])
    func `A quotation that does not end with the value is a fault, and is not repeated`(written: String) {
        let settings = given("POSTERN_SMTP_USER=\(written)\nPOSTERN_LISTEN=\"127.0.0.1:1\"\n")
        #expect(settings.faults.map(\.key) == ["POSTERN_SMTP_USER"] && settings.values["POSTERN_LISTEN"] == "127.0.0.1:1")
        #expect(settings.faults.first?.problem.contains("quotation mark") == true && !"\(settings.faults)".contains("hunter2"))
        #expect(given("POSTERN_SMTP_USER=\(written)\n", ["POSTERN_SMTP_USER": "x"]).faults.isEmpty)
    }

    // `docker run --env-file` keeps them.
    @Test(arguments: [(#""a b""#, "a b"), ("'a'", "a"), (#"a"b"#, #"a"b"#), (#""a b"@x.example"#, #""a b"@x.example"#)])
    func `Quotation marks around a variable's value are not part of it either`(written: String, value: String) {
        let settings = given("", ["POSTERN_SMTP_USER": written])
        #expect(settings.values["POSTERN_SMTP_USER"] == value && settings.faults.isEmpty)
    }

    @Test(arguments: ["\"", "'"])
    func `Every setting may stand between quotation marks`(mark: String) {
        let lines = Setting.allCases.map { "\($0.rawValue)=\(mark)value\(mark)" }
        let settings = given(lines.joined(separator: "\n"))
        #expect(settings.faults.isEmpty && settings.values.count == lines.count)
        #expect(settings.values.values.allSatisfy { $0 == "value" })
    }
}
