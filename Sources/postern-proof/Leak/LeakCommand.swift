internal import ArgumentParser
private import Foundation
private import PosternCore
internal import PosternHost
private import PosternProof

struct LeakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leak",
        abstract: "Look whether an address, a client address or a letter's text gets anywhere it must not.",
        discussion: """
            Makes an installation in a temporary folder, with made-up addresses and a mail server inside this program. It takes \
            letters in; has some refused, held, deferred and failed; asks for every page and command; kills the service once, \
            makes a backup and continues from it. Then it searches every file, answer, output and log, and the relay's memory, \
            for every made-up value: as it is and in \(Form.allCases.count - 1) other forms. Nothing of yours is read or \
            changed, and nothing leaves this machine.

            Only root can read the relay's memory.

            Exit codes: 0 nothing found · 70 found · 75 nothing found, but some places could not be searched · \
            69 the installation did not do what it should
            """)

    @Option(help: "How many recipients; a fifth as many letters are written.")
    var canaries = 1_000

    @Option(help: ArgumentHelp("Work in this folder, which must not exist yet, and leave it.", valueName: "dir"))
    var keep: String?

    /// For the self-test's own test. A run with a plant never ends with 0, so that nobody can pass one off as clean.
    @Option(help: .hidden)
    var plant: [String] = []

    @OptionGroup var output: OutputOption

    func validate() throws {
        guard (100...100_000).contains(canaries) else {
            throw ValidationError("--canaries takes a number from 100 to 100,000")
        }
        _ = try PlantOrder.all(plant)
    }

    func run() async throws {
        _ = try PosternProgram.path()
        let orders = try PlantOrder.all(plant)
        let folder = try ScratchFolder(named: keep)
        var randomness = SystemRandomNumberGenerator()
        let flock = CanaryFlock(recipients: canaries, letters: max(40, canaries / 5), using: &randomness)
        let report: LeakReport
        do {
            report = try await LeakRun(folder: folder, flock: flock, orders: orders).report()
        } catch {
            throw Exit.unavailable.saying(
                "the self-test could not be completed: \(error)\n    What it made lies in \(folder.path).")
        }
        try output.print(report) { Self.text(report) }
        switch report.conclusion {
        case .clean where orders.isEmpty:
            if keep == nil { folder.remove() }
        case .incomplete:
            throw Exit.temporary.saying("What was made lies in \(folder.path). Remove it when you have seen enough.")
        case .clean, .found:
            throw Exit.software.saying("What was made lies in \(folder.path), to look at. It holds made-up values only.")
        }
    }

    /// How many findings are printed; the rest are counted. One leak of a thousand canaries makes a thousand findings.
    private static let shown = 50

    private static func text(_ report: LeakReport) -> String {
        var lines = [TextTable(head: ["LOOKED AT", "PLACES", "BYTES", "FOUND"], rows: report.rows).text, ""]
        let findings = report.findings
        lines += findings.prefix(shown).map(\.description)
        if findings.count > shown { lines.append("… and \(findings.count - shown) more: --json lists all") }
        lines += report.plants.filter { $0.found < $0.planted }.map {
            "planted and not found: canary \($0.canary) as \($0.form), \($0.kind.meaning): \($0.found) of \($0.planted)"
        }
        lines += report.gaps.map { "Not searched: \($0)" }
        let total = "\(report.canaries) canaries in \(report.needles) forms"
        let last =
            switch report.conclusion {
            case .clean: "Clean: \(total), none found."
            case .found: "FOUND: \(total), \(findings.count) where they must not be."
            case .incomplete: "INCOMPLETE: \(total), none found where it could be searched."
            }
        lines.append(last)
        return lines.joined(separator: "\n")
    }
}
