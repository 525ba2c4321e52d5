private import CUnix
private import Foundation
private import Glibc

/// The environment that our programs run in: the names below and nothing else.
///
/// The C library, OpenSSL, libcurl, GnuTLS, Kerberos and Swift's runtime each take orders from variables of their own: which library to
/// load, where to write the keys of TLS connections, which proxy to ask. Nobody can list them all, so the list is of what is kept.
package enum CleanEnvironment {
    /// Our own settings; systemd's word on readiness, watchdog, sockets and credentials; what `doctor` asks for its colours.
    private static let kept: Set<String> = [
        "LANG", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
        "CREDENTIALS_DIRECTORY", "NO_COLOR",
    ]
    /// Programs of ours are started by their whole path, so that this is for what they might start.
    private static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// Set in a program that has replaced itself to lose its environment. It stays for an instant.
    private static let mark = "POSTERN_ENVIRONMENT_IS_CLEAN"

    /// What is kept of an environment.
    package static func kept(of environment: [String: String]) -> [String: String] {
        var result = environment.filter { name, value in
            kept.contains(name) || name.hasPrefix("POSTERN_") && name != mark || name == "TZ" && isZone(value)
        }
        result["PATH"] = path
        return result
    }

    /// A zone by name. A path, or a name that leads out of the folder of zones, would have the C library read any file.
    private static func isZone(_ value: String) -> Bool {
        !value.isEmpty && !value.hasPrefix("/") && !value.contains("..")
            && value.utf8.allSatisfy { byte in
                Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte) || "+-_/".utf8.contains(byte)
            }
    }

    /// Replaces this program by itself in a clean environment, unless it is clean: some variables have had their effect before the
    /// first line of ours runs. Call it first of all, on the only thread.
    /// - Throws: `ExitCode` 69 when the kernel does not start the program again.
    package static func enter() throws {
        let given = ProcessInfo.processInfo.environment
        let clean = kept(of: given)
        guard given != clean else {
            // Started through /proc, the kernel calls us by that file's name, and so would ps(1) and systemctl(1).
            unix_set_name(URL(fileURLWithPath: CommandLine.arguments[0]).lastPathComponent)
            return
        }
        guard given[mark] == nil else {
            // Something that is loaded into every program puts them back: at least they have no effect from here on.
            for name in given.keys where clean[name] == nil { unsetenv(name) }
            return
        }
        execute("/proc/self/exe", CommandLine.arguments, clean.merging([mark: "1"]) { $1 })
        throw Exit.unavailable.saying(
            """
            cannot begin again in a clean environment: \(String(cString: strerror(errno)))
                Is /proc mounted? Nothing was done.
            """)
    }

    private static func execute(_ path: String, _ arguments: [String], _ environment: [String: String]) {
        withCStrings(arguments) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { environment in _ = execve(path, arguments, environment) }
        }
    }
}

/// Texts as C takes them: an array that ends in a null pointer. They live as long as `body` runs.
package func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array holds its final null at least") }
        return body(base)
    }
}
