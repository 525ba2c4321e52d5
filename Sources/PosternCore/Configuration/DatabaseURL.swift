/// Where the store is kept, as `POSTERN_DATABASE` names it.
package enum DatabaseURL: Hashable, Sendable {
    /// `sqlite:PATH`: one file, for one machine.
    case sqlite(path: String)

    /// Why a text names no store. Neither case holds the text, which may have a password in it.
    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        /// `postgres://…`, a store for several machines.
        case notSupported
        case unreadable

        package var description: String {
            switch self {
            case .notSupported: "it names a PostgreSQL server, and this version of Postern keeps its store in a file only"
            case .unreadable: "it is not “sqlite:” and a whole path"
            }
        }
    }

    package init(_ text: String) throws(Fault) {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard !["postgres", "postgresql"].contains(scheme) else { throw .notSupported }
        guard scheme == "sqlite", text.hasPrefix("sqlite:/") else { throw .unreadable }
        self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
    }

    /// Every file that the store may consist of, with its lock: they need an owner and a mode.
    package var files: [String] {
        switch self {
        case .sqlite(let path): ["", "-wal", "-shm", ".lock"].map { path + $0 }
        }
    }

    /// The file that holds the store, where there is one: its disk needs room.
    package var file: String? {
        switch self {
        case .sqlite(let path): path
        }
    }
}

extension DatabaseURL: CustomStringConvertible {
    /// Without a password.
    package var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        }
    }
}
