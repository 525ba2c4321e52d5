internal import ArgumentParser
private import Foundation
private import Glibc
private import PosternCore
private import PosternDoctor
internal import PosternHost
private import PosternRelay

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the installation, and say what is wrong and what to do.",
        discussion: """
            Works whether or not the service runs, and changes nothing. Run it as root: otherwise it cannot check what only the \
            relay or the vault may see, and says so. It connects to the smarthost, checks its certificate and logs in, and sends \
            nothing. It never prints secrets or addresses.

            Exit codes: 0 nothing failed (there may be warnings) · 78 the configuration is wrong · 69 something else failed
            """)

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    /// A diagnosis as `--json` prints it.
    private struct View: Encodable {
        struct Line: Encodable {
            let check: String
            let level: String
            let finding: String
            let remedy: String?
            let commands: [String]
            /// Its name in the log and in /metrics.
            let condition: String?
        }

        let status: String
        let findings: [Line]

        init(_ diagnosis: Diagnosis) {
            status = diagnosis.level.rawValue
            findings = diagnosis.findings.map { finding in
                Line(
                    check: finding.check.rawValue, level: finding.level.rawValue, finding: finding.text,
                    remedy: finding.remedy?.text, commands: finding.remedy?.commands ?? [],
                    condition: finding.condition?.rawValue)
            }
        }
    }

    func run() async throws {
        // A broken pipe (`| head`) must not kill the command.
        signal(SIGPIPE, SIG_IGN)
        let folder = home.folder
        let doctor = Doctor(home: folder, now: .now) { part, user, settings in
            await Errand(home: folder, user: user).examine(part, settings)
        }
        let diagnosis = await doctor.examine()
        try output.print(View(diagnosis), isSafe: true) {
            let isSeen = isatty(STDOUT_FILENO) == 1
            let wantsColour = isSeen && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
            return DiagnosisText(width: isSeen ? Terminal.width : 100, isColoured: wantsColour).text(diagnosis)
        }
        if diagnosis.exitStatus != 0 { throw ExitCode(diagnosis.exitStatus) }
    }
}
