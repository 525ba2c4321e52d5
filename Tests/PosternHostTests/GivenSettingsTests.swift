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
}
