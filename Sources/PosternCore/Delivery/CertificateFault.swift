/// Why a smarthost's certificate was rejected.
package enum CertificateFault: String, Sendable, CaseIterable {
    case expired
    case notYetValid
    case unknownAuthority
    case wrongName
    case revoked
    case other
}
