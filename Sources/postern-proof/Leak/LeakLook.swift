internal import Glibc
internal import PosternProof

/// Searches a scratch folder and the relay's memory, and keeps what it found.
struct LeakLook {
    let watch: CanaryWatch
    let folder: ScratchFolder
    private(set) var places: [SearchedPlace] = []
    private(set) var gaps: [String] = []

    mutating func add(_ place: SearchedPlace) { places.append(place) }

    /// Searches every file, including the vault's keys: no address may be in them either.
    mutating func files(_ moment: String) {
        for name in folder.files() {
            let path = "\(folder.path)/\(name)"
            let kind: Place.Kind = path == folder.log ? .log : name.hasPrefix("backup-") ? .backup : .file
            do {
                add(try watch.look(at: Place(kind, "\(name), \(moment)"), file: path))
            } catch {
                // SQLite removes its files when it is done with them; that is no gap.
                if access(path, F_OK) == 0 { gaps.append("\(error)") }
            }
        }
    }

    /// - Parameter typed: canaries that a visitor wrote into a URL: the relay has what it was just asked for.
    mutating func memory(of pid: pid_t?, _ moment: String, typed: Set<Int>) {
        guard let pid else {
            gaps.append("the relay's memory \(moment): it did not run")
            return
        }
        do {
            let place = Place(.memory, "the relay's memory \(moment)", returned: typed)
            add(try watch.look(at: place, memory: ProcessMemory(pid: pid)))
        } catch {
            gaps.append("the relay's memory \(moment): \(error). Run this as root to look there too")
        }
    }
}
