internal import ArgumentParser
internal import PosternRelay

/// Which deliveries a move is for: one, or all that it applies to.
struct SelectionOption: ParsableArguments {
    @Argument(help: "The delivery's id.")
    var id: String?

    @Flag(help: "All deliveries this can be done to.")
    var all = false

    func validate() throws {
        guard (id != nil) != all else { throw ValidationError("name one delivery by its id, or say --all") }
    }

    var selection: ControlRequest.QueueSelection { id.map { .one(id: $0) } ?? .all }
}

extension QueueCommand {
    /// Does a move and says to how many.
    static func move(_ move: ControlRequest.QueueMove, _ selection: SelectionOption, _ home: HomeOption, done: String)
        async throws
    {
        let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
        let answer = try await caller.ask(.moveDeliveries(move, of: selection.selection)).orRefusal()
        guard case .done(let count) = answer else { throw ControlAnswer.mismatch }
        Terminal.say(count == 1 ? "1 delivery \(done)." : "\(count) deliveries \(done).")
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Try deliveries that wait now, whenever they were due.")
        @OptionGroup var selection: SelectionOption
        @OptionGroup var home: HomeOption

        func run() async throws { try await QueueCommand.move(.retry, selection, home, done: "due now") }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hold deliveries that wait, until they are released.")
        @Option(help: "Why; shown in the list.")
        var reason = "held by staff"
        @OptionGroup var selection: SelectionOption
        @OptionGroup var home: HomeOption

        func run() async throws { try await QueueCommand.move(.hold(reason: reason), selection, home, done: "held") }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let held deliveries go.")
        @OptionGroup var selection: SelectionOption
        @OptionGroup var home: HomeOption

        func run() async throws { try await QueueCommand.move(.release, selection, home, done: "released") }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop held deliveries for good.", discussion: "A delivery that waits is held first: postern queue hold ID.")
        @OptionGroup var selection: SelectionOption
        @OptionGroup var home: HomeOption

        func run() async throws { try await QueueCommand.move(.drop, selection, home, done: "dropped") }
    }
}
