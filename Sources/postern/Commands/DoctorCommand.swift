internal import ArgumentParser
private import Foundation
private import Glibc
private import PosternCore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at the installation from all sides, and say what is wrong and what to do.",
        discussion: """
            Works while the service runs and while it does not, and changes nothing. Run it as root, or what only relay or vault \
            may see is not checked; that is said, too. The smarthost is greeted, proved and logged in to; no letter is begun. \
            Secrets and addresses are never printed.

            Exit codes: 0 nothing failed (there may be warnings) · 78 the configuration is wrong · 69 something else failed
            """)

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    /// The outside form of a diagnosis.
    private struct View: Encodable {
        struct Line: Encodable {
            let check: String
            let level: String
            let finding: String
            let remedy: String?
            let commands: [String]
        }

        let status: String
        let findings: [Line]

        init(_ diagnosis: Diagnosis) {
            status = diagnosis.level.rawValue
            findings = diagnosis.findings.map { finding in
                Line(
                    check: finding.check.rawValue, level: finding.level.rawValue, finding: finding.text,
                    remedy: finding.remedy?.text, commands: finding.remedy?.commands ?? [])
            }
        }
    }

    func run() async throws {
        // A broken pipe (`| head`) is no reason to die of a signal.
        signal(SIGPIPE, SIG_IGN)
        let diagnosis = await Doctor(home: home.folder, now: .now).examine()
        try output.print(View(diagnosis)) {
            let isSeen = isatty(STDOUT_FILENO) == 1
            let wantsColour = isSeen && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
            return DiagnosisText(width: isSeen ? Terminal.width : 100, isColoured: wantsColour).text(diagnosis)
        }
        if diagnosis.exitStatus != 0 { throw ExitCode(diagnosis.exitStatus) }
    }
}
