/// How somebody signs in, sealed by the vault for itself. The relay stores it and hands it back.
package struct StaffRecord: Hashable, Sendable, Unprintable {
    /// How many records and links the vault has made for this name.
    package let version: Int32
    package let seal: [UInt8]

    package init(version: Int32, seal: [UInt8]) {
        (self.version, self.seal) = (version, seal)
    }
}
