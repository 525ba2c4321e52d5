internal import ArgumentParser
internal import PosternHost
internal import PosternRelay

/// Which deliveries to change, and how to ask for it.
struct QueueActionOptions: ParsableArguments {
    @Argument(help: "The delivery's id.")
    var id: String?

    @Flag(help: "All deliveries that this applies to.")
    var all = false

    @OptionGroup var home: HomeOption

    func validate() throws {
        guard (id != nil) != all else { throw ValidationError("give one delivery's id, or --all") }
    }

    /// - Parameter report: what has been done to the deliveries, for the person who asked.
    func apply(_ action: QueueOperations.Action, report: String) async throws {
        let count = try await home.caller().change(.changeDeliveries(action, of: id.map { .one(id: $0) } ?? .all))
        Terminal.say(count == 1 ? "1 delivery \(report)." : "\(count) deliveries \(report).")
    }
}

extension QueueCommand {
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Try waiting deliveries now, whenever they are due.")
        @OptionGroup var options: QueueActionOptions

        func run() async throws { try await options.apply(.retry, report: "due now") }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hold waiting deliveries until they are released.")
        @Option(help: "Why; shown in the list.")
        var reason = "held by staff"
        @OptionGroup var options: QueueActionOptions

        func run() async throws { try await options.apply(.hold(reason: reason), report: "held") }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send held deliveries on their way.")
        @OptionGroup var options: QueueActionOptions

        func run() async throws { try await options.apply(.release, report: "released") }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop held deliveries for good.",
            discussion: "To drop a waiting delivery, hold it first: postern queue hold ID.")
        @OptionGroup var options: QueueActionOptions

        func run() async throws { try await options.apply(.drop, report: "dropped") }
    }
}
