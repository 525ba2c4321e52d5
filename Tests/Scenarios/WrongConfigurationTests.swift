import Foundation
import PosternTestSupport
import Testing

@Suite("A wrong configuration prints all its faults and exits 78", .timeLimit(.minutes(40)))
struct WrongConfigurationTests {
    @Test func `All faults at once, each with the key, the problem and a remedy`() async throws {
        let postern = try await Installation(
            smtpPort: 2_525,
            settings: [
                "POSTERN_LISTEN": "8080", "POSTERN_STAFF_LISTEN": "0.0.0.0:8081", "POSTERN_MAIL_FROM": "nobody",
                "POSTERN_SMTP_URL": "imap://x",
                "POSTERN_SMTP_LANES": "0",
                "POSTERN_RETENTION_LETTERS": "4 weeks", "POSTERN_LIMIT_CLIENT": "many", "POSTERN_TRUSTED_PROXIES": "10.1.2.3/8",
                "POSTERN_SMTP_USER": "x", "POSTERN_RETENTION_LETERS": "28d",
            ], isMade: false)
        let finished = try await postern.command("serve")
        #expect(finished.status == 78)
        for key in [
            "POSTERN_LISTEN", "POSTERN_STAFF_LISTEN", "POSTERN_MAIL_FROM", "POSTERN_SMTP_URL", "POSTERN_SMTP_LANES",
            "POSTERN_RETENTION_LETTERS",
            "POSTERN_LIMIT_CLIENT", "POSTERN_TRUSTED_PROXIES", "POSTERN_SMTP_PASSWORD_FILE", "POSTERN_RETENTION_LETERS",
        ] {
            #expect(finished.errors.contains(key), "\(key)")
        }
        #expect(finished.errors.contains("Did you mean POSTERN_RETENTION_LETTERS?"))
        #expect(finished.errors.contains("10 faults"))
    }

    @Test
    func `Faults that only the machine shows come together too: users, the password's file and its mode, the certificates`()
        async throws
    {
        let folder = try TemporaryFolder()
        let password = folder.path("password")
        try "x".write(toFile: password, atomically: true, encoding: .utf8)
        let postern = try await Installation(
            smtpPort: 2_525,
            settings: [
                "POSTERN_RELAY_USER": "nosuchrelay", "POSTERN_VAULT_USER": "nosuchvault", "POSTERN_SMTP_USER": "x",
                "POSTERN_SMTP_PASSWORD_FILE": password, "POSTERN_SMTP_CA_FILE": folder.path("none.pem"),
            ], isMade: false)
        let finished = try await postern.command("serve")
        #expect(finished.status == 78)
        for words in ["nosuchrelay", "nosuchvault", "mode 644", "none.pem", "4 faults"] {
            #expect(finished.errors.contains(words), "\(words): \(finished.errors)")
        }
    }

    @Test func `For a missing home it says how to make one`() async throws {
        let folder = try TemporaryFolder()
        let finished = try await Program.run(Program.postern, ["serve", "--home", folder.path("nothing")])
        #expect(finished.status == 78)
        #expect(finished.errors.contains("postern init --home"))
    }

    @Test func `A line of the file that is not a setting is named by its number`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let path = postern.home + "/postern.conf"
        let settings = try String(contentsOfFile: path, encoding: .utf8)
        try (settings + "listen on 80\n").write(toFile: path, atomically: true, encoding: .utf8)
        let finished = try await postern.command("queue", "count")
        #expect(finished.status == 78)
        #expect(
            finished.errors.contains("line \(settings.split(separator: "\n", omittingEmptySubsequences: false).count):")
                && finished.errors.contains("no setting"))
        // It may be a password in the wrong place.
        #expect(!finished.errors.contains("listen on 80"))
    }

    @Test func `H8, M4, M5: config prints what is in effect and where it comes from, and every fault at once`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let path = postern.home + "/postern.conf"
        let sound = try String(contentsOfFile: path, encoding: .utf8)
        let lines = try await postern.succeed("config").output.split(separator: "\n")
        func row(_ key: String) -> [Substring] { lines.first { $0.hasPrefix("\(key) ") }?.split(separator: " ") ?? [] }
        #expect(row("POSTERN_LISTEN") == ["POSTERN_LISTEN", "127.0.0.1:\(postern.port)", "environment"])
        #expect(row("POSTERN_MAIL_FROM").suffix(2) == ["line", "3"] && row("POSTERN_LEASE").suffix(2) == ["45m", "default"])
        #expect(row("POSTERN_TEMPLATES").count == 3)
        #expect(try await postern.succeed("config", "mail_from").output == "contact@relay.example.org\n")
        let json = try await postern.succeed("config", "POSTERN_LIMIT_CLIENT", "--json").output
        #expect(json == #"{"POSTERN_LIMIT_CLIENT":{"source":"environment","value":"off"}}"# + "\n")
        #expect(try await postern.command("config", "POSTERN_LISSEN").status == 64)

        try (sound + "POSTERN_SMTP_PASSWORD_FILE=hunter2\nlisten on 80\nPOSTERN_LOG_LEVEL=loud\nPOSTERN_MAIL_FROM=x@y.example\n")
            .write(toFile: path, atomically: true, encoding: .utf8)
        for command in [["config"], ["config", "--json"], ["queue", "count"], ["serve"]] {
            let wrong = try await postern.run(command)
            #expect(wrong.status == 78)
            for part in ["it is no setting", "POSTERN_LOG_LEVEL", "lines 3 and", "POSTERN_SMTP_USER", "4 faults"] {
                #expect(wrong.errors.contains(part), "\(command) \(part): \(wrong.errors)")
            }
            #expect(!(wrong.output + wrong.errors).contains("hunter2"))
        }
    }

    @Test(.enabled(if: geteuid() == 0))
    func `To a user who may not see the password's file, config names no fault, and says that it did not look`() async throws {
        let postern = try await Installation(smtpPort: 2_525, settings: TwoUsersTests.users, isOpen: true)
        let password = postern.home + "/vault/password"
        try "x".write(toFile: password, atomically: true, encoding: .utf8)
        chmod(password, 0o400)
        let conf = postern.home + "/postern.conf"
        let lines = "POSTERN_SMTP_USER=x\nPOSTERN_SMTP_PASSWORD_FILE=\(password)\n"
        try (String(contentsOfFile: conf, encoding: .utf8) + lines).write(toFile: conf, atomically: true, encoding: .utf8)
        chmod(conf, 0o644)
        let asRoot = try await postern.succeed("config")
        #expect(!asRoot.errors.contains("not checked"), "\(asRoot.errors)")
        let settings = postern.settings.map { "\($0.key)=\($0.value)" }
        let seen = try await Program.run(
            "runuser", ["-u", "nobody", "--", "env"] + settings + [Program.postern, "config", "--home", postern.home])
        #expect(seen.status == 0, "\(seen.output)\(seen.errors)")
        #expect(seen.errors.contains("POSTERN_SMTP_PASSWORD_FILE: not checked"), "\(seen.errors)")
    }

    @Test
    func `A key file that others can read stops the start with its name, and everything ends with 78`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let keys = postern.home + "/vault/keys"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: keys).first { $0.hasPrefix("address-") })
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: "\(keys)/\(name)")
        try await postern.startOnly()
        #expect(try await postern.end(within: .seconds(40)) == 78)
        #expect(postern.log.contains("\(keys)/\(name)"))
        #expect(postern.log.contains("440"))
    }

    @Test func `A missing authorisation key is named, with where to get it back`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let keys = postern.home + "/vault/keys"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: keys).first { $0.hasPrefix("authorisation-") })
        try FileManager.default.removeItem(atPath: "\(keys)/\(name)")
        let finished = try await postern.command("vault")
        #expect(finished.status == 78)
        #expect(finished.errors.contains("\(keys)/\(name)"))
        #expect(finished.errors.contains("missing") && finished.errors.contains("postern keys import-recovery FOLDER"))
    }
}
