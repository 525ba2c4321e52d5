private import Foundation
package import PosternCore
package import PosternHost
private import PosternRelay

/// What relay and vault gave up at their start: whether the kernel offers all of it, whether the running processes have it, and which
/// system calls one was ended for.
package enum CageCheck {
    /// How caged a running process is, as /proc says.
    package struct Process: Equatable, Sendable {
        package let role: ProcessRole
        package let hasSystemCallFilter: Bool
        package let hasCapabilities: Bool
        package let mayGainPrivileges: Bool

        package init(_ role: ProcessRole, hasSystemCallFilter: Bool, hasCapabilities: Bool, mayGainPrivileges: Bool) {
            self.role = role
            self.hasSystemCallFilter = hasSystemCallFilter
            self.hasCapabilities = hasCapabilities
            self.mayGainPrivileges = mayGainPrivileges
        }

        /// - Parameter status: the text of /proc/NUMBER/status (proc_pid_status(5)).
        package init(_ role: ProcessRole, status: String) {
            let values = Dictionary(
                status.split(separator: "\n").compactMap { line -> (Substring, String)? in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return parts.count == 2 ? (parts[0], parts[1].trimmingCharacters(in: .whitespaces)) : nil
                }, uniquingKeysWith: { first, _ in first })
            self.init(
                role, hasSystemCallFilter: values["Seccomp"] == "2",
                hasCapabilities: ["CapInh", "CapPrm", "CapEff", "CapAmb"].contains {
                    values[$0]?.contains { $0 != "0" } ?? false
                },
                mayGainPrivileges: values["NoNewPrivs"] == "0")
        }

        /// Nil when it does not run, or is hidden from this user.
        static func running(_ role: ProcessRole, _ number: String?) -> Process? {
            guard let number = number.flatMap({ Int32($0) }),
                let status = try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)
            else { return nil }
            return Process(role, status: status)
        }
    }

    package static func findings(
        _ offer: ProcessCage.Offer, running: [Process], refused: [RefusedCalls.Entry], now: Timestamp, record: String
    ) -> [Finding] {
        var findings = [HealthCondition.cage(offer.gaps)].compactMap { $0.map { HealthCheck.finding($0, as: .cage) } }
        for process in running
        where process.hasCapabilities || process.mayGainPrivileges || !process.hasSystemCallFilter && offer.hasSystemCallFilter {
            findings.append(
                .fail(
                    .cage, "the \(process.role) runs outside its cage: anyone who takes it over can do more than it needs",
                    "Restart the service with the program that is installed now."))
        }
        if let condition = HealthCondition.refusedCalls(
            .init(refused.map { ($0.at, $0.child.rawValue, $0.call) }, at: now))
        {
            findings.append(HealthCheck.finding(condition, as: .cage, commands: ["rm \(record.shellWord)"]))
        }
        guard findings.isEmpty else { return findings }
        return [
            .ok(.cage, "relay and vault keep to the files, ports and system calls that they need (Landlock \(offer.landlock))")
        ]
    }
}
