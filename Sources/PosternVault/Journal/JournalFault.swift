/// Why nothing is written to the journal. The vault goes on: letters and what people ask about themselves must not wait for it. What
/// an operator wants is refused, since it would leave no trace.
package enum JournalFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no journal key, or none that can be used.
    case noKey
    /// The last checkpoint was signed with a key that is not here.
    case otherKey(String)
    /// The journal is not the one that was signed last: what is wrong, and where.
    case broken(String, String)
    case file(FileFault)

    package var description: String {
        switch self {
        case .noKey:
            "the journal cannot be signed: its key is lost or cannot be used\n"
                + "    Put the saved keys back: postern keys import-recovery FOLDER. If they are lost for good, stop the service, run "
                + "postern init and then postern log begin"
        case .otherKey(let path):
            "the journal cannot go on: \(path) was signed with a key that is not here\n"
                + "    Put the saved keys back: postern keys import-recovery FOLDER. If they are lost for good: postern log begin"
        case .broken(let path, let what):
            "nothing is written to the journal in \(path), which is not as it was signed: \(what)\n"
                + "    Keep it, and find out what happened: postern log verify. Put the folder back from a copy that is not older, or "
                + "stop the service and begin another: postern log begin"
        case .file(let fault): "the journal cannot be written: \(fault)"
        }
    }
}
