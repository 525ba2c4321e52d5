/// Why a smarthost's certificate was not believed.
package enum CertificateFault: String, Sendable, CaseIterable {
    case expired
    case notYetValid
    case unknownAuthority
    case wrongName
    case revoked
    case other
}
