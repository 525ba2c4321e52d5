internal import ArgumentParser
private import Glibc
private import PosternHost

struct SelftestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest", abstract: "Check this program on this machine, away from any installation of yours.",
        subcommands: [Leak.self])

    struct Leak: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no address, client address or text of a letter gets where it must not.",
            discussion: "Runs postern-proof leak, a program that is installed beside this one, and passes all options on to it.")

        @Argument(parsing: .captureForPassthrough, help: "Options of postern-proof leak.")
        var options: [String] = []

        /// Becomes the other program: its output, its exit code and its signals are those of this command.
        func run() throws {
            let path = ProgramFiles.beside("postern-proof")
            let words = [path, "leak"] + options
            var pointers = words.map { strdup($0) }
            pointers.append(nil)
            execv(path, pointers)
            let reason = String(cString: strerror(errno))
            for pointer in pointers { free(pointer) }
            throw Exit.unavailable.saying(
                """
                postern selftest leak is done by postern-proof, which could not be started: \(path): \(reason)
                    Install it there, or build it: swift build -c release --product postern-proof
                """)
        }
    }
}
