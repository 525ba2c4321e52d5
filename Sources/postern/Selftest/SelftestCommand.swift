internal import ArgumentParser

struct SelftestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest", abstract: "Checks of this program, on this machine, away from any installation of yours.",
        subcommands: [Leak.self, Hold.self])
}
