import Foundation
import PosternHost
import PosternTestSupport
import Testing

@Suite("systemd is told what it asks for")
struct ServiceManagerTests {
    @Test func `Ready is said once, after both processes have answered`() throws {
        let folder = try TemporaryFolder()
        let socket = try Listener(at: folder.path("notify"))
        let notice = ReadyNotice(to: ServiceManager(environment: ["NOTIFY_SOCKET": folder.path("notify")], process: 1))
        notice.hasAnswered(.vault)
        notice.hasAnswered(.vault)
        #expect(socket.received() == nil)
        notice.hasAnswered(.relay)
        #expect(socket.received() == "READY=1")
        notice.hasAnswered(.relay)
        #expect(socket.received() == nil)
    }

    @Test func `A name in the abstract namespace works, and one that nobody listens at costs nothing`() throws {
        let name = "@postern-test-\(getpid())-\(UInt32.random(in: .min ... .max))"
        let socket = try Listener(at: name)
        try #require(ServiceManager(environment: ["NOTIFY_SOCKET": name], process: 1)).tell(.alive)
        #expect(socket.received() == "WATCHDOG=1")
        for path in ["/nowhere/notify", "/" + String(repeating: "n", count: 200)] {
            try #require(ServiceManager(environment: ["NOTIFY_SOCKET": path], process: 1)).tell(.ready)
        }
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "notify"]])
    func `Without a socket to tell it at, nobody asks`(environment: [String: String]) {
        #expect(ServiceManager(environment: environment, process: 1) == nil)
    }

    /// What systemd sets → how long it waits.
    @Test(arguments: [
        (["WATCHDOG_USEC": "60000000"], Duration.seconds(60)),
        (["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"], .seconds(60)),
        (["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "soon"], nil),
        ([:], nil),
    ])
    func `The watchdog's patience is read only when it is this process that it watches`(
        environment: [String: String], patience: Duration?
    ) throws {
        let all = environment.merging(["NOTIFY_SOCKET": "/n"]) { $1 }
        #expect(try #require(ServiceManager(environment: all, process: 7)).patience == patience)
    }
}

/// systemd's end.
private final class Listener {
    private let descriptor: Int32

    init(at name: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = name.hasPrefix("@") ? [0] + name.utf8.dropFirst() : Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0)
    }

    deinit {
        close(descriptor)
    }

    /// What has arrived; a datagram on one machine is there when it has been sent.
    func received() -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
