import Foundation
import PosternTestSupport
import Testing

/// Each row: what an operator does to a file, what the doctor then says of it, and that `serve` says the same.
@Suite(
    "The doctor looks with each user's eyes, and says what serve says (H2)", .serialized, .enabled(if: geteuid() == 0),
    .timeLimit(.minutes(40)))
struct DoctorSeesAsEachUserTests {
    private struct Place {
        let postern: Installation
        let folder: TemporaryFolder
        let server: ScriptedSMTPServer

        var templates: String { folder.path("templates") }
        var authorities: String { folder.path("authorities.pem") }
        var password: String { folder.path("password") }
    }

    /// Two users, templates and certificates of the operator's own, and a login.
    private func place() async throws -> Place {
        let folder = try TemporaryFolder()
        try mode(0o755, folder.path)
        try FileManager.default.copyItem(
            atPath: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("templates").path, toPath: folder.path("templates"))
        let certificates = try await TestCertificates.shared()
        try FileManager.default.copyItem(atPath: certificates.authority, toPath: folder.path("authorities.pem"))
        try "right\n".write(toFile: folder.path("password"), atomically: true, encoding: .utf8)
        var script = Script()
        script.security = .implicit(certificates.good)
        script.login = Script.Login(user: "relay", password: "right")
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await Installation(smtpPort: server.port, isOpen: true)
        let place = Place(postern: postern, folder: folder, server: server)
        try await put(
            [
                "POSTERN_RELAY_USER=games", "POSTERN_VAULT_USER=news", "POSTERN_TEMPLATES=\(place.templates)",
                "POSTERN_SMTP_URL=smtps://localhost:\(server.port)", "POSTERN_SMTP_TLS=required", "POSTERN_SMTP_USER=relay",
                "POSTERN_SMTP_PASSWORD_FILE=\(place.password)", "POSTERN_SMTP_CA_FILE=\(place.authorities)",
            ], postern)
        try mode(0o644, place.authorities)
        try chown(place.password, to: "news")
        try mode(0o400, place.password)
        return place
    }

    /// In the file and not in the environment, which the commands' other users would inherit.
    private func put(_ lines: [String], _ postern: Installation) async throws {
        let others = postern.settings.filter { !$0.key.hasPrefix("POSTERN_SMTP") }.map { "\($0.key)=\($0.value)" }
        let text =
            (["POSTERN_PUBLIC_URL=http://127.0.0.1:\(postern.port)", "POSTERN_MAIL_FROM=contact@relay.example.org"] + others
            + lines)
            .joined(separator: "\n")
        try (text + "\n").write(toFile: postern.home + "/postern.conf", atomically: false, encoding: .utf8)
    }

    private func run(_ arguments: String..., on postern: Installation) async throws -> Finished {
        try await Program.run(Program.postern, arguments + ["--home", postern.home], environment: [:])
    }

    private func report(_ postern: Installation) async throws -> (DoctorReport, Finished) {
        let finished = try await run("doctor", "--json", on: postern)
        return (try JSONDecoder().decode(DoctorReport.self, from: Data(finished.output.utf8)), finished)
    }

    private func mode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func chown(_ path: String, to user: String) throws {
        try FileManager.default.setAttributes([.ownerAccountName: user], ofItemAtPath: path)
    }

    enum Fault: String, CaseIterable {
        case templatesFolder, oneTemplate, templatesGone, authorities, authoritiesGone, password, store, vault, home
    }

    @Test(arguments: Fault.allCases)
    func `A file that is there and closed is said to be that, with the command that opens it, by doctor and serve`(fault: Fault)
        async throws
    {
        let place = try await place()
        let postern = place.postern
        // Root makes the folders of the two users.
        let before = try await run("site", "list", on: postern)
        try #require(before.status == 0, "\(before.errors)")
        let (sound, _) = try await report(postern)
        #expect(sound.troubles.isEmpty, "\(sound.troubles)")

        let problem: String
        var command: String?
        switch fault {
        case .templatesFolder:
            try mode(0o700, place.templates)
            problem = "\(place.templates) is there, but games may not look into it (mode 0700, owner root)"
            command = "chmod -R a+rX \(place.templates)"
        case .oneTemplate:
            try mode(0o600, place.templates + "/mail/letter.txt.mustache")
            problem = "mail/letter.txt.mustache"
            command = "chmod -R a+rX \(place.templates)"
        case .templatesGone:
            try FileManager.default.removeItem(atPath: place.templates)
            problem = "\(place.templates): No such file or directory"
        case .authorities:
            try mode(0o600, place.authorities)
            problem = "\(place.authorities) is there, but news may not read it (mode 0600, owner root)"
            command = "chmod a+r \(place.authorities)"
        case .authoritiesGone:
            try FileManager.default.removeItem(atPath: place.authorities)
            problem = "\(place.authorities)"
        case .password:
            try chown(place.password, to: "root")
            problem = "\(place.password) is there, but news may not read it (mode 0400, owner root)"
            command = "chown news \(place.password) && chmod 0400 \(place.password)"
        case .store:
            try chown(postern.home + "/store", to: "news")
            problem = "\(postern.home)/store belongs to news and must belong to games"
            command = "chown -R games \(postern.home)/store"
        case .vault:
            try chown(postern.home + "/vault", to: "games")
            problem = "\(postern.home)/vault belongs to games and must belong to news"
            command = "chown -R news \(postern.home)/vault"
        case .home:
            try chown(postern.home, to: "games")
            problem = "\(postern.home) belongs to games, who could lead root anywhere from there"
            command = "chown root \(postern.home)"
        }
        let (found, finished) = try await report(postern)
        #expect(finished.status != 0)
        let line = found.troubles.first { $0.level == "FAIL" && $0.finding.contains(problem) }
        #expect(line != nil, "\(found.troubles) \(finished.errors)")
        if let command { #expect(line?.commands.contains(command) == true, "\(found.troubles)") }
        // Nothing sends the operator the wrong way.
        let said = finished.output + finished.errors
        for wrong in [
            "make an installation", "not beside the program", "is not a folder", "holds no templates",
            "key file \(place.password)",
        ] {
            #expect(!said.contains(wrong), "\(said)")
        }
        let served = try await run("serve", on: postern)
        #expect(served.status == 78, "\(served.errors)")
        // The one of the two that says it first ends the service.
        let other = problem.replacing("games may not", with: "news may not")
        #expect([problem, other].contains { served.errors.contains($0) }, "\(served.errors)")
        if let command, [.templatesFolder, .authorities, .password].contains(fault) {
            #expect(served.errors.contains(command), "\(served.errors)")
        }
        await place.server.stop()
    }

    @Test func `Settings that only root may read: the doctor says it with everything else examined, serve says it and serves`()
        async throws
    {
        let place = try await place()
        let postern = place.postern
        #expect(try await run("site", "list", on: postern).status == 0)
        let path = postern.home + "/postern.conf"
        try mode(0o600, path)
        let (found, finished) = try await report(postern)
        #expect(finished.status == 78)
        #expect(found.troubles.map(\.check) == ["configuration", "configuration"], "\(found.troubles)")
        for user in ["games", "news"] {
            #expect(
                found.troubles.contains {
                    $0.finding.contains("\(path): it is there, but \(user) may not read it (mode 0600, owner root)")
                        && $0.commands == ["chmod a+r \(path)"]
                }, "\(found.troubles)")
        }
        for check in ["store", "keys", "smarthost", "templates"] {
            #expect(found.findings.contains { $0.check == check && $0.level == "ok" }, "\(check): \(found.findings)")
        }
        // A command that would act as one of the two says the same.
        let command = try await run("queue", "count", on: postern)
        #expect(
            command.status == 78 && command.errors.contains("\(path): it is there, but games may not read it"),
            "\(command.errors)")
        #expect(!(command.errors + finished.errors).lowercased().contains("make an installation"))
        await place.server.stop()
    }
}
