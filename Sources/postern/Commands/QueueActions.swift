internal import ArgumentParser
internal import PosternCore
internal import PosternHost
internal import PosternRelay

/// What deliveries may have in common.
struct CommonTraits: ParsableArguments {
    @Option(help: "Only this site's.")
    var site: String?

    @Option(help: "Only this recipient's; needs --site.")
    var recipient: String?

    @Option(help: "Only where this rule matched when the letter was judged.")
    var rule: Verdict.Rule?

    func validate() throws {
        guard recipient == nil || site != nil else { throw ValidationError("--recipient needs --site") }
    }

    var isGiven: Bool { site != nil || rule != nil }

    func filter(state: DeliveryState?, reason: String?) -> ControlRequest.QueueFilter {
        var filter = ControlRequest.QueueFilter(limit: ControlRequest.pageLimit)
        (filter.site, filter.handle, filter.rule) = (site, recipient, rule?.rawValue)
        (filter.state, filter.reason) = (state?.rawValue, reason)
        return filter
    }
}

/// Which deliveries to change, and how to ask for it.
struct QueueActionOptions: ParsableArguments {
    @Argument(help: "The delivery's id.")
    var id: String?

    @Flag(help: "All deliveries that this applies to.")
    var all = false

    @Option(help: "Only this state.")
    var state: DeliveryState?

    @OptionGroup var common: CommonTraits
    @OptionGroup var yes: YesOption
    @OptionGroup var home: HomeOption

    /// - Parameters:
    ///   - verb: as a question begins: `Release`.
    ///   - report: what has been done to the deliveries, for the person who asked.
    ///   - reason: a part of the reason or the answer that they have in common.
    ///   - isFinal: whether it cannot be undone.
    func apply(
        _ action: QueueOperations.Action, _ verb: String, report: String, reason: String?, isFinal: Bool = false
    ) async throws {
        let isMatching = common.isGiven || state != nil || reason != nil
        guard (id != nil) != (all || isMatching) else {
            throw ValidationError(
                "give one delivery's id, --all, or what they have in common: --reason, --state, --site, --recipient, --rule")
        }
        let caller = try home.caller()
        let filter = common.filter(state: state, reason: reason)
        if id == nil {
            let count: Int = try await caller.ask(.countDeliveries(filter, changedBy: action))
            guard count > 0 else { return try sayNone(report, action, reason: reason) }
            try yes.ask("\(verb) \(counted(count, "delivery", "deliveries"))", isFinal: isFinal)
        }
        let selection: ControlRequest.QueueSelection = id.map { .one(id: $0) } ?? (isMatching ? .matching(filter) : .all)
        Terminal.say(
            "\(counted(try await caller.change(.changeDeliveries(action, of: selection)), "delivery", "deliveries")) \(report).")
    }
}

extension QueueActionOptions {
    /// Of all, or of a state, there may be none. What is searched for by a text that nothing has is most likely misspelt.
    /// - Throws: `ExitCode` 65 for such a search.
    private func sayNone(_ report: String, _ action: QueueOperations.Action, reason: String?) throws {
        let text = "No delivery \(report): none matches."
        guard common.isGiven || reason != nil else { return Terminal.say(text) }
        let asked =
            switch action {
            case .retry, .hold: state ?? .ready
            case .release, .drop: DeliveryState.held
            }
        throw Exit.data.saying("\(text)\n    See which there are, and why: postern queue list --state \(asked.rawValue)")
    }
}

/// By what is wrong with them, as in “SendAsDenied”.
struct ReasonOption: ParsableArguments {
    @Option(help: "Only those whose reason, or the server's last answer, has this text in it.")
    var reason: String?
}

extension QueueCommand {
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Try deliveries now: those that wait, whenever they are due, and those that failed or expired, if you say so.",
            discussion: """
                A smarthost that was given up for the moment is tried at once as well. What it puts off again within a quarter of an \
                hour waits for minutes, however long it has waited before. What failed or expired is tried again by its \
                id or by --state, for as long as its letter can be opened (POSTERN_RETENTION_LETTERS). Its mail then has the date \
                of the retry, and the Message-ID that it always had.
                """)
        @OptionGroup var options: QueueActionOptions
        @OptionGroup var common: ReasonOption

        func run() async throws {
            try await options.apply(.retry, "Try", report: "due now", reason: common.reason)
            guard let state = options.state, state.isTerminal else { return }
            let counts: QueueCountsView = try await options.home.caller().ask(.countQueue)
            guard let left = counts.states[state.rawValue], left > 0 else { return }
            Terminal.say(
                "\(counted(left, "is", "are")) \(state.rawValue) still: not asked for, refused again, or nothing is left to send, since "
                    + "the letter's key is destroyed or its recipient was erased.")
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hold waiting deliveries until they are released.")
        @Option(help: ArgumentHelp("Why; shown in the list.", valueName: "text"))
        var note = "held by staff"
        /// What --reason was called when that was the note.
        @Option(help: .hidden)
        var answer: String?
        @OptionGroup var options: QueueActionOptions
        @OptionGroup var common: ReasonOption

        func run() async throws {
            try await options.apply(.hold(reason: note), "Hold", report: "held", reason: common.reason ?? answer)
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send held deliveries on their way.",
            discussion: "As in postern queue release --reason SendAsDenied, once the account may send as this sender.")
        @OptionGroup var options: QueueActionOptions
        @OptionGroup var common: ReasonOption

        func run() async throws { try await options.apply(.release, "Release", report: "released", reason: common.reason) }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop held deliveries for good.",
            discussion: "To drop a waiting delivery, hold it first: postern queue hold ID.")
        @OptionGroup var options: QueueActionOptions
        @OptionGroup var common: ReasonOption

        func run() async throws {
            try await options.apply(.drop, "Drop for good", report: "dropped", reason: common.reason, isFinal: true)
        }
    }
}
