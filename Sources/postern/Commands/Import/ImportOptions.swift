/// What decides where the rows of an import go, and which they are. It is continued with the same, or not at all.
struct ImportOptions {
    let file: String
    /// However they are typed.
    let meaning: String
    /// On one line of a shell.
    var typed: String
}
