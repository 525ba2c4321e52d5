private import CUnix
private import Glibc
private import PosternCore

/// What relay and vault give up at their start, on their only thread and before the first byte from outside: every thread that they
/// start has given it up too. Sources/README.md says what each part is for.
package struct ProcessCage {
    /// What may be done with files, and which TCP ports are open to the process.
    package struct Rules: Sendable {
        package var readable: [String] = []
        package var writable: [String] = []
        /// Folders in which it makes its sockets.
        package var sockets: [String] = []
        package var listens: [UInt16] = []
        package var connects: [UInt16] = []

        package init() {}
    }

    /// What the kernel offers of it.
    package struct Offer: Equatable, Sendable {
        /// 0 without Landlock.
        package let landlock: Int
        package let hasSystemCallFilter: Bool

        package init(landlock: Int, hasSystemCallFilter: Bool) {
            (self.landlock, self.hasSystemCallFilter) = (landlock, hasSystemCallFilter)
        }

        package static var ofThisKernel: Offer {
            Offer(landlock: Int(unix_landlock_version()), hasSystemCallFilter: unix_seccomp_is_available() == 1)
        }

        /// What is missing, and what it leaves open. Empty when all is there.
        package var gaps: [String] {
            var gaps: [String] = []
            if landlock == 0 {
                gaps.append("this kernel offers no Landlock, so a process reaches every file that its user may open")
            } else if landlock < 4 {
                gaps.append("this kernel's Landlock (version \(landlock)) does not limit ports: it takes Linux 6.7")
            }
            if !hasSystemCallFilter { gaps.append("this kernel offers no filter for system calls (seccomp)") }
            return gaps
        }
    }

    private let role: ProcessRole
    private let rules: Rules
    private let offer: Offer

    package init(_ role: ProcessRole, _ rules: Rules) {
        (self.role, self.rules) = (role, rules)
        offer = .ofThisKernel
    }

    /// - Parameter isRequired: whether a kernel that lacks a part of it is a fault.
    /// - Returns: what is missing, for the log.
    /// - Throws: `ExitCode` 78 when the kernel refuses what it offers, or offers too little.
    package func enter(becoming user: ProcessUser?, isRequired: Bool) throws -> [String] {
        let gaps = offer.gaps
        guard gaps.isEmpty || !isRequired else {
            throw Exit.configuration.saying(
                "POSTERN_CAGE is required, and \(gaps.joined(separator: "; "))\n"
                    + "    Run a kernel that has it, or set POSTERN_CAGE=available: then the service runs with what there is.")
        }
        try Self.giveUpRights(becoming: user)
        loadNameModules()
        try close()
        return gaps
    }

    /// Every right of root's, and every way to get one back: the half of the cage that needs no rules.
    package static func giveUpRights(becoming user: ProcessUser?) throws {
        // Before the change of user: only root may.
        try check("the bounding set of capabilities", unix_drop_bounding_set())
        try ProcessGuard.close(becoming: user)
        try check("capabilities", unix_drop_capabilities())
        try forbidNewPrivileges()
    }

    package static func forbidNewPrivileges() throws { try check("new privileges", unix_forbid_new_privileges()) }

    /// Files, ports and system calls, as far as this kernel can limit them: the other half.
    package func close() throws {
        if offer.landlock > 0 { try limitFiles() }
        if offer.hasSystemCallFilter {
            let role = role == .relay ? unix_seccomp_relay : unix_seccomp_vault
            try Self.check("system calls", unix_seccomp_enforce(role, self.role.rawValue))
        }
    }

    private func limitFiles() throws {
        let check = Self.check
        let set = unix_landlock_begin()
        guard set >= 0 else { return try check("files", -1) }
        let read = Int32(unix_landlock_read.rawValue)
        let write = read | Int32(unix_landlock_write.rawValue)
        for path in Self.system + rules.readable { try check(path, unix_landlock_allow(set, path, read)) }
        for path in rules.writable + ["/dev/null"] { try check(path, unix_landlock_allow(set, path, write)) }
        for path in rules.sockets {
            try check(path, unix_landlock_allow(set, path, read | Int32(unix_landlock_socket.rawValue)))
        }
        for port in rules.listens { try check("port \(port)", unix_landlock_allow_port(set, port, 0)) }
        for port in rules.connects { try check("port \(port)", unix_landlock_allow_port(set, port, 1)) }
        try check("files", unix_landlock_enforce(set))
    }

    /// What the C library, libdispatch and SwiftNIO read of a machine, none of it secret.
    ///
    /// In /proc a process sees its own entries, and of others what everybody may see. libdispatch ends a program that cannot read
    /// the state of its threads (/proc/THREAD/stat). The control groups say how many processors there are.
    private static let system = [
        "/proc", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/dev/urandom", "/dev/random", "/usr/share/zoneinfo",
        "/usr/lib/locale", "/etc/localtime",
    ]

    /// The C library loads modules for names (nss(5)) when it first looks one up. Under the filter no code can be loaded any more.
    private func loadNameModules() {
        for service in NameServices.hosts { dlopen("libnss_\(service).so.2", RTLD_NOW) }
    }

    private static func check(_ what: String, _ result: Int32) throws {
        guard result != 0 else { return }
        throw Exit.configuration.saying("this process cannot be kept from \(what): \(String(cString: strerror(errno)))")
    }
}

/// Where this machine looks up the names of hosts.
package enum NameServices {
    /// The services of nsswitch.conf(5) that are modules to load; those that the C library has in itself need none.
    static var hosts: [String] {
        guard let file = fopen("/etc/nsswitch.conf", "r") else { return [] }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1_024)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("hosts:") { return services(in: text.dropFirst(6)) }
        }
        return []
    }

    /// Without `[NOTFOUND=return]` and what a remark says.
    package static func services(in text: some StringProtocol) -> [String] {
        var isAction = false
        return text.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).compactMap { word in
            if word.hasPrefix("[") { isAction = true }
            defer { if word.hasSuffix("]") { isAction = false } }
            let isName = word.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
            }
            return isAction || !isName || ["files", "dns"].contains(word) ? nil : String(word)
        }
    }

    /// Files that say where to ask for names. Folders and not files: most are replaced by a new one when they change, and a rule is
    /// about the one that was there.
    package static var readable: [String] {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard realpath("/etc/resolv.conf", &path) != nil else { return ["/etc"] }
        let file = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return ["/etc"] + [file.folder].filter { $0 != "/etc" && $0 != "/" }
    }
}
