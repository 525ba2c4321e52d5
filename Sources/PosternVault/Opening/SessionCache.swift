internal import Crypto
internal import PosternSealing
private import Synchronization

/// Secrets of the latest sealing sessions, so that a letter costs one symmetric opening and not a decapsulation as well
/// (100 µs). Bounded; an entry is found by its key and its encapsulated key.
final class SessionCache: Sendable {
    private struct Name: Hashable {
        let key: KeyID
        let encapsulated: [UInt8]
    }

    private struct State {
        var secrets: [Name: SymmetricKey] = [:]
        var order: [Name] = []
    }

    private static let capacity = 64
    private let state = Mutex(State())

    /// - Throws: `SealFault.notAuthentic` when the encapsulated key is not valid.
    func secret(of seal: Seal, under held: HeldKey) throws -> SymmetricKey {
        let name = Name(key: seal.key, encapsulated: seal.encapsulated)
        if let known = state.withLock({ $0.secrets[name] }) { return known }
        let recipient = try held.key.recipient(
            encapsulated: seal.encapsulated, info: SealingSession.info(seal.key, purpose: seal.purpose))
        let secret = try recipient.exportSecret(context: SealingSession.exporterContext, outputByteCount: 32)
        state.withLock { state in
            guard state.secrets.updateValue(secret, forKey: name) == nil else { return }
            state.order.append(name)
            if state.order.count > Self.capacity { state.secrets[state.order.removeFirst()] = nil }
        }
        return secret
    }

    /// Forgets every secret under keys that are gone: an epoch's sessions are destroyed with its key, or the letters could still
    /// be opened.
    func forget(except living: Set<KeyID>) {
        state.withLock { state in
            state.secrets = state.secrets.filter { living.contains($0.key.key) }
            state.order.removeAll { !living.contains($0.key) }
        }
    }
}
