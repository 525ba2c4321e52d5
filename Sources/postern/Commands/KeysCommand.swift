internal import ArgumentParser
private import PosternCore
internal import PosternHost
private import PosternLink
private import PosternVault

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The vault's keys.",
        subcommands: [Status.self, Rotate.self, Retire.self, ExportRecovery.self, ImportRecovery.self, TrustClock.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the keys by id, and what still needs a former address key. No key is shown.")

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let caller = try home.caller()
            let vault = OperatorCaller(home: home.folder, users: caller.users)
            let (list, clock) = (try await vault.keys(), try await vault.condition()?.clock)
            let seals = caller.hasStore ? try? await caller.seals() : nil
            try output.print(KeyStatus(keys: list.keys, seals: seals)) {
                let doubt = clock.flatMap { clock in
                    clock.isTrusted
                        ? nil
                        : "\n\nNo key is destroyed: this machine's clock says \(clock.now.rfc3339), and the last time that the vault "
                            + "believes is \(clock.believed.rfc3339).\nIf the clock is right, say so with: postern keys trust-clock"
                }
                return TextTable(
                    list.keys, ("KIND", \.kind), ("EPOCH", { $0.epoch?.description ?? "–" }),
                    ("SUITE", { $0.suite ?? "hmac-sha-256" }), ("ID", \.id),
                    ("SAVED", { $0.epoch != nil ? "–" : $0.saved?.rfc3339 ?? "never" })
                ).text + AddressKeyWords(list, seals, now: .now).text
                    + (list.secretsCopy.map { "\n\n" + Self.words($0) } ?? "") + (doubt ?? "")
            }
        }

        private static func words(_ copy: SecretsCopyReport) -> String {
            guard let problem = copy.problem else {
                let moment = copy.current.map { ", last compared at \($0.rfc3339)" } ?? ""
                return "The own secrets of recipients are kept in \(copy.path) too\(moment)."
            }
            let last = copy.current.map { "last the same at \($0.rfc3339)" } ?? "not the same since the vault's start"
            return "The own secrets of recipients in \(copy.path) are not as the vault's own (\(last)): \(problem.reason).\n"
                + problem.remedy
        }
    }

    struct TrustClock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that this machine's clock is right, so that keys may be destroyed by it again.",
            discussion: """
                The vault destroys no key by a clock that is further ahead than the time that has passed explains, or that is more \
                than a week after the last time it ran. Look at the clock first: what is destroyed is lost for good.
                """)

        @OptionGroup var home: HomeOption

        func run() async throws {
            let clock = try await OperatorCaller(home: home.folder, users: try home.caller().users).trustClock()
            Terminal.say(
                "The vault believes that it is \(clock.now.rfc3339). Keys whose time is over by then are destroyed. What was noted "
                    + "with a later time, while the clock was ahead, does no harm, and postern doctor no longer reports it.")
        }
    }
}
