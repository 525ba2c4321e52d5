internal import ArgumentParser
private import Glibc

/// `--yes`, for a command that asks before it does what cannot be undone.
package struct YesOption: ParsableArguments {
    @Flag(help: "Do it without asking; a script must say so.")
    package var yes = false

    package init() {}

    /// - Parameters:
    ///   - what: what will be done, as a question without its mark: `Erase photos/pat`.
    ///   - isFinal: whether it cannot be undone: then nothing is done where nobody can be asked.
    /// - Throws: `ExitCode` 64 where nobody can be asked, 0 after “no”.
    package func ask(_ what: String, isFinal: Bool = true) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1 else {
            guard isFinal else { return }
            throw Exit.usage.saying("\(what)? Nobody can be asked here, and nothing was done\n    Say yes with --yes.")
        }
        Terminal.prompt("\(what)? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard ["y", "yes"].contains(answer) else {
            Terminal.complain("Nothing was done.")
            throw ExitCode.success
        }
    }
}
