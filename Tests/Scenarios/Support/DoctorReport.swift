import Foundation
import PosternTestSupport
import Testing

/// What `postern doctor --json` says.
struct DoctorReport: Decodable {
    struct Line: Decodable, CustomStringConvertible {
        let check, level, finding: String
        let remedy: String?
        let commands: [String]

        var description: String { "\(level) \(check): \(finding) → \(remedy ?? "–") \(commands)" }
    }

    let status: String
    let findings: [Line]

    /// Every finding that is not ok, except those of any test machine: one user for both processes, a clock that is not
    /// synchronised, keys that are nowhere else, and a service that the test did not start.
    var troubles: [Line] {
        findings.filter { line in
            line.level != "ok"
                && ![
                    "keys are apart by process only", "is not synchronised", "neither relay nor vault runs",
                    "has not been started yet", "the keys have never been saved",
                ].contains { line.finding.contains($0) }
        }
    }

    func requireOnly(
        _ level: String, _ check: String, _ words: String..., at location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(troubles.map { "\($0.level) \($0.check)" } == ["\(level) \(check)"], "\(troubles)", sourceLocation: location)
        let line = try #require(troubles.first, sourceLocation: location)
        for word in words { #expect("\(line)".contains(word), "\(line)", sourceLocation: location) }
    }
}

extension Installation {
    /// Runs the doctor with and without --json, and requires that neither output holds a secret.
    /// - Parameters:
    ///   - user: who runs it; nil for the tests' own user.
    ///   - secrets: what to search for besides every key of this installation.
    func doctor(
        as user: String? = nil, status: Int32 = 0, hiding secrets: [String] = ["pat@private.example"],
        at location: SourceLocation = #_sourceLocation
    ) async throws -> DoctorReport {
        let (json, text) = (try await examine(["--json"], as: user), try await examine([], as: user))
        let keys = (try? FileManager.default.contentsOfDirectory(atPath: home + "/vault/keys")) ?? []
        let material = keys.flatMap { name in
            let text = (try? String(contentsOfFile: "\(home)/vault/keys/\(name)", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").filter { $0.hasPrefix("secret: ") }.map { String($0.dropFirst(8)) }
        }
        let said = Data((json.output + json.errors + text.output + text.errors).utf8)
        #expect(Canaries(secrets + material).hits(in: said).isEmpty, "\(text.output)", sourceLocation: location)
        #expect(json.status == status && text.status == status, "\(text.output)\(text.errors)", sourceLocation: location)
        #expect(text.output.split(separator: "\n").contains { $0.contains(" ok, ") }, sourceLocation: location)
        return try JSONDecoder().decode(DoctorReport.self, from: Data(json.output.utf8))
    }

    private func examine(_ arguments: [String], as user: String?) async throws -> Finished {
        guard let user else { return try await run(["doctor"] + arguments) }
        return try await Program.run(
            "runuser", ["-u", user, "--", Program.postern, "doctor", "--home", home] + arguments, environment: settings)
    }
}
