internal import ArgumentParser
private import PosternHost

struct Proof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern-proof",
        abstract: "Proves and measures Postern on this machine. No installation needs it.",
        discussion: """
            postern selftest leak runs the search for leaks. deploy/bench drives the rest: a service is measured against the bare \
            web listener and the bare store on the same machine, and a full store against an empty one.
            """,
        version: "0.1.0",
        subcommands: [LeakCommand.self, FillCommand.self, HTTPCommand.self, StoreCommand.self, HoldCommand.self])
}

@main
enum Program {
    static func main() {
        Proof.begin()
    }
}
