private import Glibc
internal import Logging
private import NIOCore
private import NIOPosix
private import PosternHost
internal import ServiceLifecycle

private import class Foundation.Thread

/// A pair of sockets between supervisor and child; the child's end is its descriptor 3.
///
/// When the supervisor ends, however that happens, the child reads end-of-file and stops by itself. (PR_SET_PDEATHSIG would be
/// tied to the thread that started the child, not to the process, and is forgotten when the child changes its user; prctl(2).)
/// While both run, the supervisor sends a byte every second, and a healthy child sends one back.
struct Lifeline: Sendable {
    static let childDescriptor: Int32 = 3

    let childEnd: Int32
    private let ourEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        // Closed in every program we start: if the other child inherited our end, it would hold it open.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Exit.temporary.saying("cannot make a pair of sockets: \(String(cString: strerror(errno)))")
        }
        (ourEnd, childEnd) = (ends[0], ends[1])
    }

    /// Never waits: a child that does not read loses questions that it would not answer anyway.
    func ask() {
        Self.sendByte(to: ourEnd)
    }

    /// Whether the child answered since this was last called.
    func hasAnswer() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64)
        var hasAnswer = false
        while recv(ourEnd, &bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 { hasAnswer = true }
        return hasAnswer
    }

    /// Tells the child to stop, as the end of this process would.
    func cut() {
        shutdown(ourEnd, Int32(SHUT_RDWR))
    }

    func close() {
        Glibc.close(ourEnd)
        Glibc.close(childEnd)
    }

    fileprivate static func sendByte(to descriptor: Int32) {
        var byte: UInt8 = 0
        send(descriptor, &byte, 1, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
    }
}

/// The child's side: answers the supervisor, and ends the process when the supervisor is gone.
struct LifelineService: Service {
    let logger: Logger

    func run() async throws {
        let (questions, asks) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (end, ends) = AsyncStream<Never>.makeStream()
        // A thread of its own, since the read blocks for as long as we live; nobody joins it.
        let thread = Thread {
            var bytes = [UInt8](repeating: 0, count: 64)
            while true {
                let count = read(Lifeline.childDescriptor, &bytes, bytes.count)
                if count > 0 {
                    asks.yield()
                } else if count == 0 || errno != EINTR {
                    break
                }
            }
            asks.finish()
            ends.finish()
        }
        thread.name = "lifeline"
        thread.start()
        // A task of its own: it answers for as long as the process lives, also while other services finish their work.
        Task {
            for await _ in questions {
                await EventLoops.passThrough()
                Lifeline.sendByte(to: Lifeline.childDescriptor)
            }
        }
        await cancelWhenGracefulShutdown {
            for await _ in end {}
        }
        if !Task.isShuttingDownGracefully {
            logger.warning("the supervisor is gone; stopping")
        }
    }
}

enum EventLoops {
    /// Goes through the cooperative pool and every event loop: a process in which one of them hangs must not look healthy.
    static func passThrough() async {
        for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
            try? await loop.submit {}.get()
        }
    }
}
