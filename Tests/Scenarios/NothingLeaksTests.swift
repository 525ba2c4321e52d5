import Foundation
import PosternProof
import PosternTestSupport
import Testing

@Suite("Addresses, client addresses and letters are nowhere they must not be", .serialized, .timeLimit(.minutes(40)))
struct NothingLeaksTests {
    private struct Report: Decodable {
        struct Total: Decodable {
            let kind: String
            let places: Int
            let bytes: Int
        }

        struct Found: Decodable {
            let kind: String
            let place: String
            let canary: Int
            let form: String
        }

        struct Planted: Decodable {
            let kind: String
            let canary: Int
            let form: String
            let planted: Int
            let found: Int
        }

        let verdict: String
        let canaries: Int
        let searched: [Total]
        let findings: [Found]
        let gaps: [String]
        let planted: [Planted]?
    }

    private func selftest(_ arguments: String..., as user: [String] = []) async throws -> (finished: Finished, report: Report) {
        let words = user + [Program.postern, "selftest", "leak", "--json"] + arguments
        let finished = try await Program.run(
            words[0] == Program.postern ? words[0] : "/usr/sbin/\(words[0])", Array(words.dropFirst()))
        let report = Result { try JSONDecoder().decode(Report.self, from: Data(finished.output.utf8)) }
        return (finished, try #require(try? report.get(), "\(finished.output.prefix(2_000))\(finished.errors.suffix(2_000))"))
    }

    @Test(.enabled(if: geteuid() == 0))
    func
        `Of 1,000 recipients' addresses, 200 clients and 200 letters, nothing we write, answer, print or hold in the relay tells (K1, K2)`()
        async throws
    {
        let (finished, report) = try await selftest("--canaries", "1000")
        #expect(report.findings.isEmpty, "\(report.findings.prefix(20))")
        #expect(report.gaps.isEmpty)
        #expect(report.verdict == "clean" && finished.status == 0, "\(finished.errors)")
        #expect(report.canaries == 1_600)
        for total in report.searched { #expect(total.places > 0 && total.bytes > 1_000, "\(total)") }
        #expect(report.searched.first { $0.kind == "memory" }.map { $0.places == 2 && $0.bytes > 20 << 20 } == true)
    }

    // Every form in every kind of place. The command fails whatever it finds, so that no such run can be passed off as clean.
    @Test(.enabled(if: geteuid() == 0))
    func `A canary that is planted anywhere in any form is found there and named`() async throws {
        let (finished, report) = try await selftest("--canaries", "400", "--plant", "all")
        defer { remove(named: finished) }
        #expect(finished.status == 70 && report.verdict == "found")
        let planted = try #require(report.planted)
        #expect(planted.count == Form.allCases.count * Place.Kind.allCases.count - 2)
        for plant in planted { #expect(plant.planted > 0 && plant.found == plant.planted, "\(plant)") }
        // And nothing that was not planted.
        let known = Set(planted.map { "\($0.kind) \($0.canary) \($0.form)" })
        for found in report.findings { #expect(known.contains("\(found.kind) \(found.canary) \(found.form)"), "\(found)") }
    }

    @Test(.enabled(if: geteuid() == 0))
    func `Anyone who may not read the relay's memory is told so, and never that all is well`() async throws {
        let (finished, report) = try await selftest("--canaries", "100", as: ["runuser", "-u", "games", "--"])
        defer { remove(named: finished) }
        #expect(finished.status == 75 && report.verdict == "incomplete", "\(finished.errors)")
        #expect(report.gaps.count == 2 && report.gaps.allSatisfy { $0.contains("memory") })
        #expect(report.findings.isEmpty, "\(report.findings.prefix(20))")
    }

    @Test func `A folder that is there is not used, and a plant that cannot be is refused`() async throws {
        let folder = try TemporaryFolder()
        let there = try await Program.run(Program.postern, ["selftest", "leak", "--keep", folder.path])
        #expect(there.status == 73 && there.errors.contains("not there yet"))
        let wrong = try await Program.run(Program.postern, ["selftest", "leak", "--plant", "plain:cellar"])
        #expect(wrong.status == 64 && wrong.errors.contains("FORM:PLACE"))
    }

    @Test func `Without its second program, the command says what is missing and ends with 69`() async throws {
        let folder = URL(fileURLWithPath: Program.postern).deletingLastPathComponent()
            .appendingPathComponent("alone-\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let alone = folder.appendingPathComponent("postern").path
        try FileManager.default.linkItem(atPath: Program.postern, toPath: alone)
        let finished = try await Program.run(alone, ["selftest", "leak"])
        #expect(finished.status == 69)
        #expect(finished.errors.contains("\(folder.path)/postern-proof"), "\(finished.errors)")
    }

    /// What a failed run leaves.
    private func remove(named finished: Finished) {
        guard let start = finished.errors.range(of: "lies in ")?.upperBound else { return }
        let path = finished.errors[start...].prefix { $0 != "," && $0 != "." && $0 != "\n" }
        guard path.contains("postern-selftest-") else { return }
        try? FileManager.default.removeItem(atPath: String(path))
    }
}
