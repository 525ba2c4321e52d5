package import PosternCore

/// Decides whose address a submission came from: the peer's own, or one that a trusted proxy vouches for.
///
/// `X-Forwarded-For` and `Forwarded` grow on the right, one entry per proxy that passed the request on. Only entries
/// written by our own proxies count, so both are read from the right: each trusted proxy vouches for the entry it added,
/// and the first that is not a trusted proxy is the client. Whatever stands further left, the client may have written
/// itself.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// Whether a header from this peer is worth reading at all.
    package func trusts(_ peer: ClientAddress) -> Bool {
        ranges.contains { $0.contains(peer) }
    }

    /// Whom a request came from, and why a header was passed over, if one was.
    package struct Finding: Equatable, Sendable {
        package let client: ClientAddress
        package let ignored: IgnoredHeader?
    }

    /// Why a proxy's header was not believed. The raw value is a label of the metric.
    package enum IgnoredHeader: String, Sendable, CaseIterable {
        /// It came from a peer that is not a trusted proxy.
        case untrustedPeer = "untrusted_peer"
        /// `Forwarded` and `X-Forwarded-For` name two clients.
        case disagreement
    }

    /// When both fields are there and name two clients, neither is believed. A proxy writes one of them and passes the
    /// other on as the visitor sent it, so one of the two is forged, and nothing tells which. What is left is the last
    /// address that is nobody's mere word: the peer's. Whoever forges so shares one limit with all who do, and can lay
    /// no letter at another's admission.
    ///
    /// - Parameters:
    ///   - peer: the other end of the connection, or whom a PROXY header put in its place.
    ///   - forwardedFor: the values of every `X-Forwarded-For` field, in the order they stood in the head.
    ///   - forwarded: those of every `Forwarded` field.
    package func client(peer: ClientAddress, forwardedFor: [String] = [], forwarded: [String] = []) -> Finding {
        guard !forwardedFor.isEmpty || !forwarded.isEmpty else { return Finding(client: peer, ignored: nil) }
        guard trusts(peer) else { return Finding(client: peer, ignored: .untrustedPeer) }
        let listed = forwardedFor.isEmpty ? nil : client(behind: peer, ForwardedField.listed(forwardedFor))
        let named = forwarded.isEmpty ? nil : client(behind: peer, ForwardedField.elements(forwarded))
        if let listed, let named, listed != named { return Finding(client: peer, ignored: .disagreement) }
        return Finding(client: listed ?? named ?? peer, ignored: nil)
    }

    private func client(behind peer: ClientAddress, _ entries: some Sequence<ClientAddress?>) -> ClientAddress {
        var client = peer
        for entry in entries {
            // `unknown`, `_hidden` or nonsense: the proxy does not say, and what is left of it is nobody's word.
            guard trusts(client), let entry else { break }
            client = entry
        }
        return client
    }
}
