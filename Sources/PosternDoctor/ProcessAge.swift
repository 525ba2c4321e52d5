private import Foundation
private import Glibc

/// How long ago a process of this program was started.
package enum ProcessAge {
    /// - Parameter process: its number, which may be that of one that has ended: then nil.
    static func of(_ process: String?) -> Duration? {
        // Since the machine's start, suspensions included, as the start of a process is counted (proc_uptime(5)).
        guard let number = process.flatMap({ Int32($0) }),
            let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
            let uptime = try? String(contentsOfFile: "/proc/uptime", encoding: .utf8),
            let seconds = Int(uptime.prefix { $0.isNumber })
        else { return nil }
        return age(stat: stat, uptime: .seconds(seconds), ticks: sysconf(Int32(_SC_CLK_TCK)))
    }

    /// - Parameters:
    ///   - stat: the text of /proc/NUMBER/stat (proc_pid_stat(5)).
    ///   - uptime: of the machine.
    ///   - ticks: of a second.
    /// - Returns: nil for other programs: the number was used again.
    package static func age(stat: String, uptime: Duration, ticks: Int) -> Duration? {
        // The name is in parentheses, and may hold blanks and parentheses of its own.
        guard let end = stat.lastIndex(of: ")"), stat[..<end].split(separator: "(", maxSplits: 1).last == "postern" else {
            return nil
        }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        // Field 22; the first after the name is the third.
        guard fields.count > 19, let start = Int(fields[19]), ticks > 0 else { return nil }
        return max(.zero, uptime - .seconds(start / ticks))
    }
}
