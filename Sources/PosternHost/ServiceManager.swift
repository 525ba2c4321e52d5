private import Foundation
private import Glibc
private import Synchronization

/// systemd, where it has started this process and wants to be told (sd_notify(3)): each message is a datagram to a socket that it has
/// named in the environment. A message that cannot be sent is lost: systemd then does what its unit says about silence.
package struct ServiceManager: Sendable {
    package enum Message: String, Sendable {
        /// `systemctl start` returns, and what comes after this unit starts.
        case ready = "READY=1"
        case alive = "WATCHDOG=1"
    }

    private let socket: String
    /// How long it waits for a sign of life before it ends the process. Nil where the unit sets no WatchdogSec=.
    package let patience: Duration?

    /// - Parameter process: the process that says something. The watchdog may be meant for another one, which left us its environment.
    /// - Returns: nil when nobody wants to be told.
    package init?(environment: [String: String], process: Int32) {
        guard let socket = environment["NOTIFY_SOCKET"], socket.hasPrefix("/") || socket.hasPrefix("@") else { return nil }
        self.socket = socket
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(process) } ?? true
        patience = environment["WATCHDOG_USEC"].flatMap(Int.init).flatMap {
            isOurs && $0 > 0 ? .microseconds($0) : nil
        }
    }

    /// The one that started this process.
    package static var ofThisProcess: ServiceManager? {
        ServiceManager(environment: ProcessInfo.processInfo.environment, process: getpid())
    }

    package func tell(_ message: Message) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socket.utf8)
        // unix(7): the first byte of a name in the abstract namespace is zero.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array(message.rawValue.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(descriptor, text, text.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL), address, length)
            }
        }
    }
}

/// Says that the service is ready once both of its processes have answered.
package final class ReadyNotice: Sendable {
    private let manager: ServiceManager?
    private let awaited = Mutex(Set(ProcessRole.allCases))

    package init(to manager: ServiceManager?) {
        self.manager = manager
    }

    package func hasAnswered(_ process: ProcessRole) {
        let isLast = awaited.withLock { $0.remove(process) != nil && $0.isEmpty }
        if isLast { manager?.tell(.ready) }
    }
}
