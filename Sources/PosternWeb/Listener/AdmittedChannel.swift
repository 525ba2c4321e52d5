package import HummingbirdCore
package import Logging
package import NIOCore
package import NIOHTTPTypes
package import PosternLink

/// Hummingbird's HTTP/1.1 channel with a admission before it: a connection the admission refuses is closed before anything is set
/// up for it.
package struct AdmittedChannel: ServerChildChannel {
    private let http: HTTP1Channel
    private let admission: ConnectionAdmission

    package init(_ http: HTTP1Channel, admission: ConnectionAdmission) {
        (self.http, self.admission) = (http, admission)
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Arrival<HTTPRequestPart, HTTPResponsePart>> {
        do throws(ConnectionAdmission.Refusal) {
            try admission.admit(channel)
        } catch {
            // NIO forgets a channel whose set-up fails, and leaves closing it to the set-up.
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http.setup(channel: channel, logger: logger).map { Arrival($0) }.flatMapThrowing { arrival in
            try channel.pipeline.syncOperations.addHandler(ProxyHeaderHandler(admission), position: .first)
            return arrival
        }
    }

    package func handle(value: Arrival<HTTPRequestPart, HTTPResponsePart>, logger: Logger) async {
        guard let connection = value.take() else { return }
        await http.handle(value: connection, logger: logger)
    }
}

extension Arrival: ServerChildChannelValue {}
