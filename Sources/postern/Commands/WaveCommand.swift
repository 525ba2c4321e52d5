internal import ArgumentParser
private import PosternCore
internal import PosternHost
internal import PosternRelay

struct WaveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wave", abstract: "Decide about letters that are nearly the same and go to many.",
        discussion: """
            Once more recipients have letters that are nearly the same than POSTERN_LIMIT_WAVE allows, the next ones are held. Together \
            they are a wave, named by its first letter.
            """,
        subcommands: [List.self, Show.self, Withdraw.self, Release.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the waves that wait for a decision.")

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.listWaves(after: nil, limit: ControlRequest.pageLimit)) { (waves: [WaveView]) in
                guard !waves.isEmpty else { return "No waves." }
                return TextTable(
                    waves, ("ID", \.id.description), ("BEGAN", \.began.rfc3339), ("LETTERS", { String($0.letters) }),
                    ("HELD", { String($0.states["held"] ?? 0) }), ("DELIVERED", { String($0.states["delivered"] ?? 0) })
                ).text
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a wave and its letters.")

        @Argument(help: "The wave's id, as postern wave list shows it.")
        var id: String

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.showWave(id: id, after: nil, limit: ControlRequest.pageLimit)) { (detail: WaveDetailView) in
                let wave = detail.wave
                let decision = wave.decision.map { "\($0) \(wave.decided?.rfc3339 ?? "")" } ?? "waits for a decision"
                let who = wave.decidedBy.map { " by \($0)" } ?? ""
                let why = wave.reason.map { " (\($0)\(wave.sentence.map { ": \($0)" } ?? ""))" } ?? ""
                return "Wave \(wave.id): \(wave.letters) letters, \(decision)\(who)\(why)\n" + WaveCommand.table(detail.letters)
            }
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop the letters of a wave that have not gone out, and list whom the others have reached.",
            discussion: "Letters of it that come later are held again.")

        @Argument(help: "The wave's id, as postern wave list shows it.")
        var id: String

        @Flag(help: "Send those whom it has reached a mail that says what the letter was. One a day at most.")
        var tell = false

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.withdrawWave(id: id, tells: tell)) { (done: WaveWithdrawalView) in
                var text = "Withdrew \(WaveCommand.count(done.withdrawn)). "
                text +=
                    done.reached.isEmpty
                    ? "It has reached nobody." : "\(WaveCommand.count(done.reached.count)) had been delivered:"
                if !done.reached.isEmpty { text += "\n" + WaveCommand.table(done.reached) }
                if tell { text += "\nTold by mail: \(done.told)." }
                if !done.underWay.isEmpty {
                    text +=
                        "\nUnder way at that moment, see postern wave show \(id) in a minute:\n"
                        + WaveCommand.table(done.underWay)
                }
                return text
            }
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the letters of a wave go out, and those that come later.",
            discussion: "What another rule holds as well stays held.")

        @Argument(help: "The wave's id, as postern wave list shows it.")
        var id: String

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.releaseWave(id: id)) { (released: Int) in "Released \(WaveCommand.count(released))." }
        }
    }

    fileprivate static func count(_ letters: Int) -> String { letters == 1 ? "1 letter" : "\(letters) letters" }

    fileprivate static func table(_ letters: [WaveLetterView]) -> String {
        TextTable(
            letters, ("LETTER", \.id.description), ("RECIPIENT", { "\($0.site)/\($0.handle)" }), ("STATE", \.state),
            ("FINISHED", { $0.finished?.rfc3339 ?? "" })
        ).text
    }
}
