internal import PosternProof
private import Synchronization

/// Everything that was answered, printed or mailed during a run. It is searched at the end.
final class SeenLedger: Sendable {
    struct Seen: Sendable {
        let place: Place
        let bytes: [UInt8]
    }

    private let all = Mutex<[Seen]>([])

    func note(_ place: Place, _ bytes: [UInt8]) {
        all.withLock { $0.append(Seen(place: place, bytes: bytes)) }
    }

    var seen: [Seen] { all.withLock { $0 } }
}

/// The scratch installation did not do what it should, so the run proves nothing.
struct DriveFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
