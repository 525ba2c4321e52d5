import Foundation
import PosternCore
import PosternRelay
import Testing

@Suite("The alert rules are about metrics and conditions that there are")
struct AlertRulesTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("deploy/prometheus").path
    private static let promtool = "/usr/bin/promtool"

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
    }

    @Test(arguments: ["alerts.yml", "alerts-test.yml"])
    func `Each metric that a rule or its test names is one of ours`(file: String) throws {
        let named = try text(file).matches(of: /postern_[a-z_]+/).map { String($0.output) }
        #expect(!named.isEmpty)
        #expect(Set(named).subtracting(Metric.allCases.map(\.rawValue)).isEmpty)
    }

    @Test func `Each condition raises exactly one alert, as grave as it is`() throws {
        let patterns = try text("alerts.yml").matches(of: /condition=~"([^"]+)"/).map { String($0.output.1) }
        #expect(patterns.count == 4)
        for id in HealthCondition.ID.allCases {
            let alerts = try patterns.filter { try Regex("^(?:\($0))$").wholeMatch(in: id.rawValue) != nil }
            #expect(alerts.count == 1, "\(id.rawValue): \(alerts)")
        }
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: promtool), "Debian's package prometheus has promtool"),
        .timeLimit(.minutes(40)), arguments: [["check", "rules", "alerts.yml"], ["test", "rules", "alerts-test.yml"]])
    func `promtool reads the rules, and they fire when they should`(arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.promtool)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Self.folder)
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("promtool-\(UUID())")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let file = try FileHandle(forWritingTo: output)
        (process.standardOutput, process.standardError) = (file, file)
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let said = try String(contentsOf: output, encoding: .utf8)
        #expect(status == 0, "\(said)")
    }
}
