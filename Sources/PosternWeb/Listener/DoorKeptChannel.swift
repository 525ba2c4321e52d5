package import HummingbirdCore
package import Logging
package import NIOCore

/// Hummingbird's HTTP/1.1 channel with a door before it: a connection the door refuses is closed before anything is set
/// up for it.
package struct DoorKeptChannel: ServerChildChannel {
    private let http: HTTP1Channel
    private let door: Door

    package init(_ http: HTTP1Channel, behind door: Door) {
        (self.http, self.door) = (http, door)
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        do throws(Door.Refusal) {
            try door.admit(channel)
        } catch {
            // NIO forgets a channel whose set-up fails, and leaves closing it to the set-up.
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            try channel.pipeline.syncOperations.addHandler(ProxyHeaderHandler(door), position: .first)
            return value
        }
    }

    package func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
