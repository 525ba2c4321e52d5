internal import ArgumentParser
internal import PosternCore
internal import PosternHost
private import PosternLink
internal import PosternRelay

struct StaffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "staff", abstract: "Those who may sign in to the staff's pages.",
        subcommands: [Add.self, List.self, Reset.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add somebody. Prints a link, alone on standard output, with which they choose how to sign in.",
            discussion: """
                The link works once, within 24 hours, below POSTERN_STAFF_URL: with a passkey, or with a password, codes of an \
                authenticator app, and recovery codes. Give it to nobody else.

                Roles: reviewer — looks at what was held or reported, and decides. administrator — also decides who is staff, and \
                looks after sites and recipients. auditor — looks at what others have done, and changes nothing.
                """)

        @Argument(help: ArgumentHelp("The name they sign in with.", valueName: "name"))
        var name: String

        @Option(help: "What they may do.")
        var role: StaffRole

        @OptionGroup var options: AskOptions

        func run() async throws {
            let caller = try options.home.caller()
            try await caller.change(.addStaff(name: name, role: role.rawValue))
            try await options.printLink(to: name, role, caller)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List staff.")

        @OptionGroup var options: AskOptions

        func run() async throws {
            try await options.print(.listStaff) { (staff: [StaffView]) in
                staff.isEmpty
                    ? "Nobody yet: postern staff add NAME --role administrator"
                    : TextTable(
                        staff, ("NAME", \.name), ("ROLE", \.role), ("ADDED", \.made.rfc3339),
                        ("SIGNS IN SINCE", { $0.enrolled?.rfc3339 ?? "link not used yet" })
                    ).text
            }
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign somebody out and print them a new link: they lost a device, or the link was not used in time.",
            discussion: "What they signed in with until now counts no more.")

        @Argument(help: ArgumentHelp("The name they sign in with.", valueName: "name"))
        var name: String

        @Option(help: "What they may do from now on; as before, if left out.")
        var role: StaffRole?

        @OptionGroup var options: AskOptions

        func run() async throws {
            let caller = try options.home.caller()
            let staff: StaffView = try await caller.ask(.findStaff(name: name))
            guard let former = StaffRole(rawValue: staff.role) else { throw ControlCaller.mismatch }
            if let role, role != former {
                try await caller.change(.moveStaff(name: name, role: role.rawValue))
            } else {
                try await caller.change(.resetStaff(name: name))
            }
            try await options.printLink(to: name, role ?? former, caller)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove somebody. They are signed out, and what they signed in with counts no more.")

        @Argument(help: ArgumentHelp("The name they sign in with.", valueName: "name"))
        var name: String

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let staff: StaffView = try await caller.ask(.findStaff(name: name))
            guard let role = StaffRole(rawValue: staff.role), let staffName = try? StaffName(name) else {
                throw ControlCaller.mismatch
            }
            // The vault first: if this ends in between, they cannot sign in any more, and can be removed again.
            try await OperatorCaller(home: caller.home, users: caller.users)
                .staffEnd(StaffLinkRequest(name: staffName, role: role))
            try await caller.change(.removeStaff(name: name))
            Terminal.say("\(name) is removed.")
        }
    }
}

extension AskOptions {
    private struct Made: Encodable {
        let name, role, link: String
    }

    fileprivate func printLink(to name: String, _ role: StaffRole, _ caller: ControlCaller) async throws {
        let staffName: StaffName
        do { staffName = try StaffName(name) } catch { throw Exit.data.saying("\(error)") }
        let made = try await OperatorCaller(home: caller.home, users: caller.users)
            .staffLink(StaffLinkRequest(name: staffName, role: role))
        guard made.name == staffName, made.role == role else { throw ControlCaller.mismatch }
        let link = "\(caller.configuration.staffURL)/enrol/\(name)/\(made.token.text)"
        try output.print(Made(name: name, role: role.rawValue, link: link)) { link }
        guard !output.json else { return }
        Terminal.complain(
            "For \(name), once, within 24 hours. If it gets lost or is too late: postern staff reset \(name)")
    }
}

extension StaffRole: ExpressibleByArgument {}
