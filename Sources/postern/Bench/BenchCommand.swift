internal import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "For measuring: what this machine can do at most, and a store that has grown.",
        discussion: """
            None of these is needed to run an installation. deploy/bench drives them: a service is measured against the bare web \
            listener and the bare store on the same machine, and a full store against an empty one.
            """,
        subcommands: [Fill.self, HTTP.self, Store.self])
}
