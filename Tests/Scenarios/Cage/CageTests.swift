import Foundation
import PosternTestSupport
import Testing

@Suite(
    "A taken-over relay or vault can do next to nothing outside its work (Z3)", .serialized, .enabled(if: geteuid() == 0),
    .timeLimit(.minutes(40)))
struct CageTests {
    @Test
    func `Each has a session of its own, no capability, no new privilege, a filter, and a short environment and list of files`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let dirty = [
            "SSLKEYLOGFILE": "/tmp/keys", "OPENSSL_CONF": "/tmp/conf", "LD_LIBRARY_PATH": "/tmp", "GCONV_PATH": "/tmp",
            "https_proxy": "http://evil.example:1", "CURL_HOME": "/tmp", "SWIFT_BACKTRACE": "enable=yes", "MALLOC_PERTURB_": "1",
            "TZ": ":/etc/shadow", "TMPDIR": "/tmp", "LD_PRELOAD": "libBrokenLocale.so.1",
        ]
        let postern = try await Installation(
            smtpPort: server.port, settings: TwoUsersTests.users.merging(dirty) { $1 }, isOpen: true)
        try await postern.start()
        for role in [Processes.relay, .vault] {
            let pid = try #require(postern.pid(of: role))
            let status = try Proc.status(of: pid)
            #expect(status["NoNewPrivs"] == "1", "\(role)")
            #expect(status["Seccomp"] == "2", "\(role)")
            for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                #expect(status[set] == "0000000000000000", "\(role): \(set)")
            }
            let place = try Proc.place(of: pid)
            #expect(place.session == pid && place.terminal == 0, "\(role): \(place)")
            #expect(try Proc.limit("Max core file size", of: pid) == "0")
            let files = try Proc.files(of: pid)
            #expect(files[0] == "/dev/null" && files[1]?.hasPrefix("pipe:") == true && files[1] == files[2], "\(role): \(files)")
            // The lifeline, the pipe, and what the process itself has opened: nothing else of its supervisor's.
            let own = files.filter { ![0, 1, 2, 3].contains($0.key) && !$0.value.hasPrefix("anon_inode:") }
            let shared = Set(own.values).intersection(try Proc.files(of: try #require(postern.pid(of: .supervisor))).values)
            #expect(shared.isEmpty, "\(role): \(shared)")
        }
        for role in [Processes.supervisor, .relay, .vault] {
            let pid = try #require(postern.pid(of: role))
            let names = try Proc.environment(of: pid).keys.filter { !$0.hasPrefix("POSTERN_") }
            #expect(Set(names).subtracting(["LANG", "NO_COLOR"]) == ["PATH"], "\(role): \(names)")
            #expect(try !Proc.text("/proc/\(pid)/maps").contains("BrokenLocale"), "\(role)")
        }
        #expect(try Proc.status(of: try #require(postern.pid(of: .supervisor)))["NoNewPrivs"] == "1")
        #expect(try await postern.post(to: "nobody").status == 404)
        try await postern.stop()
        await server.stop()
    }

    /// Each waits for a process that stands still, so that there is time to look at it.
    @Test(arguments: [
        (Processes.relay, ["queue", "count"], "games"), (.vault, ["keys", "status"], "news"),
    ])
    func `What root has another user do is done without a right of root's, in a cage`(
        role: Processes, command: [String], user: String
    ) async throws {
        let server = try await ScriptedSMTPServer.start()
        let (intruder, folder) = (try await Intruder(), try TemporaryFolder())
        let postern = try await Installation(
            smtpPort: server.port, settings: TwoUsersTests.users.merging(intruder.environment) { $1 }, isOpen: true)
        try await postern.start()
        let secret = folder.path("secret")
        try "secret".write(toFile: secret, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        postern.kill(role, SIGSTOP)
        let running = Task { try await postern.run(command) }
        func errand() -> Int32? { Proc.find { $0.dropFirst().first == "errand" && $0.contains(postern.home) } }
        try await eventually("it is the other user's and waits", within: .seconds(20)) {
            errand().flatMap { try? Proc.status(of: $0)["Seccomp"] } == "2"
        }
        let status = try Proc.status(of: try #require(errand()))
        let id = try await Program.run("id", ["-u", user]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(status["Uid"]?.split(separator: "\t").allSatisfy { $0 == id } == true, "\(status)")
        #expect(status["NoNewPrivs"] == "1")
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] { #expect(status[set] == "0000000000000000", "\(set)") }
        let refused = Intruder.Answer.refused(EACCES)
        func attempt(_ what: String, on: String = "") async throws -> Intruder.Answer {
            try await intruder.attempt(what, on: on, in: "errand", pid: errand)
        }
        #expect(try await attempt("read", on: postern.home + "/postern.conf") == .done)
        #expect(try await attempt("read", on: secret) == refused)
        #expect(try await attempt("list", on: "/tmp") == refused)
        #expect(try await attempt("connect", on: "\(server.port)") == refused)
        #expect(try await attempt("bind", on: "\(try FreePort.find())") == refused)
        #expect(try await attempt("execve") == .ended)
        let ended = try await running.value
        #expect(ended.status == 69 && ended.errors.contains("(execve) is not allowed; ended"), "\(ended.errors)")
        postern.kill(role, SIGCONT)
        try await postern.stop()
        await server.stop()
    }

    @Test func `Started from a terminal, the service's processes have none, and nothing they print reaches it as it is`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let intruder = try await Intruder()
        let postern = try await Installation(smtpPort: server.port, settings: intruder.environment)
        try await postern.startInTerminal()
        let supervisor = try #require(postern.pid(of: .supervisor))
        #expect(try Proc.place(of: supervisor).terminal != 0)
        for role in [Processes.relay, .vault] {
            #expect(try Proc.place(of: try #require(postern.pid(of: role))).terminal == 0)
            #expect(try await intruder.attempt("terminal", in: role, of: postern) != .done)
            #expect(try await intruder.attempt("say", on: "\u{1B}]0;mine\u{07}\u{9B}6n\n", in: role, of: postern) == .done)
            try await eventually("it is printed") { postern.log.contains("\(role.rawValue)| \\u{1b}]0;mine\\u{7}\\u{9b}6n") }
            // A line that another process might have written is not taken for one.
            let other = role == .relay ? "vault" : "relay"
            let line = "2026-01-01T00:00:00Z info \(other): all is well"
            #expect(try await intruder.attempt("say", on: line + "\n", in: role, of: postern) == .done)
            try await eventually("it is printed") { postern.log.contains("\(role.rawValue)| \(line)") }
            #expect(try await intruder.attempt("ioctl", in: role, of: postern) == .ended)
        }
        #expect(!postern.log.contains("\u{1B}"))
        try await postern.stop()
        await server.stop()
    }

    static let forbidden = [
        "execve", "execveat", "ptrace", "process_vm_readv", "clone", "unshare", "setns", "bpf", "io_uring_setup", "keyctl",
        "userfaultfd", "perf_event_open", "open_by_handle_at", "mount", "chroot", "setuid", "capset", "memfd_create", "symlinkat",
        "personality", "pidfd_getfd", "kill", "tgkill", "ioctl", "socket packet", "socket raw", "socket sctp", "socket mptcp",
        "socket netlink", "socket vsock", "sendto fast", "sendmsg fast", "sendmmsg fast",
    ]

    @Test(arguments: [Processes.relay, .vault])
    func `A call that it never makes ends the process, with the call's name in the log`(role: Processes) async throws {
        let intruder = try await Intruder()
        let postern = try await Installation(smtpPort: 2_525, settings: intruder.environment)
        let folder = try TemporaryFolder()
        func attempt(_ call: String) async throws -> String {
            let (process, log) = (Serving(), folder.path(call))
            try await process.start(
                Program.postern, [role.rawValue, "--home", postern.home], environment: postern.settings, log: log)
            let answer = try await intruder.attempt(call, in: role.rawValue) { process.pid(of: .supervisor) }
            #expect(answer == .ended, "\(call)")
            process.killAll()
            return (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        }
        for call in Self.forbidden {
            let name = try #require(call.split(separator: " ").first)
            // Not always the last line: another thread may have been about to write one.
            let lines = try await attempt(call).split(separator: "\n")
            let isTold = lines.contains {
                $0.hasPrefix("postern \(role.rawValue): system call ") && $0.hasSuffix(" (\(name)) is not allowed; ended")
            }
            #expect(isTold, "\(call): \(lines)")
        }
        // Not even the handler that tells can be replaced.
        _ = try await attempt("silence")
        #if arch(x86_64)
            for door in ["x32", "fork", "old door"] { _ = try await attempt(door) }
        #endif
    }

    @Test(arguments: [Processes.relay, .vault])
    func `A process that was ended for a call is started again, and the doctor tells`(role: Processes) async throws {
        let server = try await ScriptedSMTPServer.start()
        let intruder = try await Intruder()
        let postern = try await Installation(smtpPort: server.port, settings: intruder.environment)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await intruder.attempt("execve", in: role, of: postern) == .ended)
        try await eventually("it is in the log", within: .seconds(20)) {
            postern.log.contains("postern \(role.rawValue): system call ")
                && postern.log.contains("(execve) is not allowed; ended")
                && postern.log.contains("a process made a system call that it never makes")
        }
        try await eventually("ready again", within: .seconds(60)) { await postern.isReady() }
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        let told = try await postern.doctor().findings.filter { $0.check == "cage" }
        #expect(
            told.contains { $0.level == "warn" && $0.finding.contains("execve") && $0.finding.contains(role.rawValue) }, "\(told)"
        )
        try await postern.stop()
        await server.stop()
    }

    @Test func `A call that the list does not know yet, and code to load, fail without ending the service`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let intruder = try await Intruder()
        let postern = try await Installation(smtpPort: server.port, settings: intruder.environment)
        try await postern.start()
        for role in [Processes.relay, .vault] {
            #expect(try await intruder.attempt("newest call", in: role, of: postern) == .refused(ENOSYS))
            #expect(try await intruder.attempt("new code", in: role, of: postern) == .refused(EACCES))
            #expect(try await intruder.attempt("new code over old", in: role, of: postern) == .refused(EACCES))
            #expect(try await intruder.attempt("raise a limit", in: role, of: postern) == .refused(EPERM))
            #expect(try await intruder.attempt("be dumpable", in: role, of: postern) == .refused(EINVAL))
        }
        #expect(await postern.isReady())
        try await postern.stop()
        await server.stop()
    }

    @Test func `Neither reaches a file outside its own, and no port but its own`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let other = try await ScriptedSMTPServer.start()
        let intruder = try await Intruder()
        let postern = try await Installation(smtpPort: server.port, settings: intruder.environment)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let secret = "/tmp/postern-cage-secret-\(getpid())"
        try "secret".write(toFile: secret, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: secret) }
        let refused = Intruder.Answer.refused(EACCES)
        let free = try FreePort.find()
        for role in [Processes.relay, .vault] {
            #expect(try await intruder.attempt("read", on: secret, in: role, of: postern) == refused)
            #expect(try await intruder.attempt("make", on: secret + "-2", in: role, of: postern) == refused)
            #expect(try await intruder.attempt("list", on: "/root", in: role, of: postern) == refused)
            #expect(try await intruder.attempt("read", on: postern.home + "/postern.conf", in: role, of: postern) == refused)
            #expect(try await intruder.attempt("make", on: postern.home + "/new", in: role, of: postern) == refused)
            #expect(try await intruder.attempt("connect", on: "\(other.port)", in: role, of: postern) == refused)
            #expect(try await intruder.attempt("bind", on: "\(free)", in: role, of: postern) == refused)
        }
        #expect(try await intruder.attempt("list", on: postern.home + "/vault/keys", in: .relay, of: postern) == refused)
        #expect(try await intruder.attempt("read", on: "/etc/shadow", in: .relay, of: postern) == refused)
        #expect(try await intruder.attempt("connect", on: "\(server.port)", in: .relay, of: postern) == refused)
        #expect(try await intruder.attempt("connect", on: "\(server.port)", in: .vault, of: postern) == .done)
        // The control: the same user outside may.
        #expect(try String(contentsOfFile: secret, encoding: .utf8) == "secret")
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        try await postern.stop()
        await server.stop()
        await other.stop()
    }

    @Test func `A process that floods its output is slowed down, and the service goes on`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let intruder = try await Intruder()
        let postern = try await Installation(smtpPort: server.port, settings: intruder.environment)
        try await postern.start()
        for _ in 0..<200 {
            #expect(try await intruder.attempt("say", on: String(repeating: "x", count: 190), in: .relay, of: postern) == .done)
        }
        #expect(try await intruder.attempt("say", on: "\nend\n", in: .relay, of: postern) == .done)
        try await eventually("the line is cut") { postern.log.contains("x …") && postern.log.contains("relay| end") }
        #expect(postern.log.split(separator: "\n").allSatisfy { $0.utf8.count < 9_000 })
        #expect(await postern.isReady())
        try await postern.stop()
        await server.stop()
    }

    @Test func `Neither SSLKEYLOGFILE nor OPENSSL_CONF nor a proxy has a say in how the vault speaks TLS, alone or supervised`()
        async throws
    {
        let certificates = try await TestCertificates.shared()
        var script = Script()
        script.security = .implicit(certificates.good)
        let server = try await ScriptedSMTPServer.start(script)
        let folder = try TemporaryFolder()
        let (keys, openssl) = (folder.path("keys.log"), folder.path("openssl.cnf"))
        // OpenSSL fails at such a file, if it reads it.
        try "openssl_conf = nothing\n[nothing\n".write(toFile: openssl, atomically: true, encoding: .utf8)
        let settings = [
            "POSTERN_SMTP_URL": "smtps://localhost:\(server.port)", "POSTERN_SMTP_TLS": "required",
            "POSTERN_SMTP_CA_FILE": certificates.authority, "SSLKEYLOGFILE": keys, "OPENSSL_CONF": openssl,
            "ALL_PROXY": "socks5://127.0.0.1:9", "SSL_CERT_FILE": "/dev/null",
        ]
        let postern = try await Installation(smtpPort: server.port, settings: settings, isMade: false)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        try await postern.stop()

        let alone = [Serving(), Serving()]
        for (serving, verb) in zip(alone, ["vault", "relay"]) {
            try await serving.start(
                Program.postern, [verb, "--home", postern.home], environment: postern.settings, log: folder.path("\(verb).log"))
        }
        try await eventually("ready", within: .seconds(60)) { await postern.isReady() }
        for serving in alone {
            let pid = try #require(serving.pid(of: .supervisor))
            #expect(try Proc.status(of: pid)["Seccomp"] == "2")
            let names = try Proc.environment(of: pid).keys.filter { !$0.hasPrefix("POSTERN_") }
            #expect(Set(names).subtracting(["LANG", "NO_COLOR"]) == ["PATH"])
        }
        #expect(try await postern.post().status == 202)
        try await server.received(count: 2)
        for serving in alone.reversed() {
            serving.signal(SIGTERM)
            #expect(try await serving.end(within: .seconds(40)) == 0)
        }
        #expect(!FileManager.default.fileExists(atPath: keys), "TLS keys were written")
        await server.stop()
    }

    @Test func `POSTERN_CAGE takes required and available, and nothing else`() async throws {
        let postern = try await Installation(smtpPort: 2_525, settings: ["POSTERN_CAGE": "off"], isMade: false)
        let finished = try await postern.command("serve")
        #expect(
            finished.status == 78 && finished.errors.contains("POSTERN_CAGE") && finished.errors.contains("required or available")
        )
        let server = try await ScriptedSMTPServer.start()
        let strict = try await Installation(smtpPort: server.port, settings: ["POSTERN_CAGE": "required"])
        try await strict.start()
        try await strict.stop()
        await server.stop()
    }
}
