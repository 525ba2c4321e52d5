private import Foundation
internal import Logging
internal import PosternLink
internal import PosternRelay

extension SocketService<ControlVerb> {
    /// The relay's control socket, for commands of its own user and of root.
    init(control path: String, _ service: OperatorService, malformed: MalformedTally, logger: Logger) {
        self.init(
            .init(path: path, mode: 0o600, peers: [.own, .root], inFlight: 16), malformed: malformed, logger: logger
        ) { _, payload in
            guard let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(payload)) else {
                throw LinkRefusal(.malformed, "the command is of another version than this relay: restart the service")
            }
            do {
                return try await service.answer(request)
            } catch {
                // The operator is at the other end and may see the reason.
                throw LinkRefusal(.unavailable, "\(error)")
            }
        }
    }
}
