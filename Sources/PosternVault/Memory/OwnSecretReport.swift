package import FoundationEssentials
package import PosternCore

/// What the file of own secrets holds, in numbers. For the doctor, and for what is said of saved keys.
package struct OwnSecretReport: Codable, Equatable, Sendable {
    /// People whose addresses can be opened.
    package var held = 0
    /// Places, those of destroyed secrets among them: it only grows, and so tells what a saved copy lacks.
    package var places = 0
    package var damaged = 0
    /// Places in the copy that was saved last, and when that was; nil where none was.
    package var saved: Int?
    package var savedAt: Timestamp? { savedMilliseconds.map(Timestamp.init(milliseconds:)) }
    private var savedMilliseconds: Int64?

    package init(held: Int = 0, places: Int = 0, damaged: Int = 0, saved: Int? = nil, savedAt: Timestamp? = nil) {
        self.held = held
        self.places = places
        self.damaged = damaged
        self.saved = saved
        savedMilliseconds = savedAt?.milliseconds
    }

    /// Reads the file beside a memory, and changes nothing: it may be the running vault's.
    /// - Throws: when it cannot be read.
    package init(beside records: String, keys: KeyFolder) throws(FileFault) {
        self.init(try RecordFile.content(at: OwnSecretFile.path(beside: records)) ?? Data())
        let copy = keys.savedSecrets
        (saved, savedMilliseconds) = (copy?.places, copy?.at.milliseconds)
    }

    /// - Parameter content: of the file.
    package init(_ content: Data) {
        content.withUnsafeBytes { bytes in
            let length = OwnSecretSlot.length
            for start in stride(from: length, through: bytes.count - length, by: length) {
                let slot = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
                do throws(OwnSecretSlot.Fault) {
                    let state = try OwnSecretSlot(slot).state
                    places += 1
                    if state != .destroyed { held += 1 }
                } catch {
                    if error == .damaged { damaged += 1 }
                }
            }
        }
    }
}
