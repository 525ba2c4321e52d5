internal import ArgumentParser
private import PosternCore
internal import PosternHost
private import PosternLink
private import PosternVault

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The vault's keys.", subcommands: [Status.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys by id. No key is shown.")

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let configuration = try home.configuration()
            let list = try await OperatorCaller(home: home.folder, configuration: configuration).keys()
            try output.print(list) {
                TextTable(
                    list.keys, ("KIND", \.kind), ("EPOCH", { $0.epoch?.description ?? "–" }),
                    ("SUITE", { $0.suite ?? "hmac-sha-256" }), ("ID", \.id)
                ).text
            }
        }
    }
}
