/// A page of the vault's journal, for those who look at what others did.
package struct JournalExcerpt: Equatable, Sendable {
    /// What the vault says of all of it.
    package struct Standing: Equatable, Sendable {
        /// Nil where there is no journal.
        package let name: String?
        /// How many entries the last checkpoint is over, and their root.
        package let size: Int
        package let root: String
        /// What is wrong, each in a sentence; empty where it holds.
        package let findings: [String]
        /// Over how many entries a checkpoint was found in the second place; nil where none was.
        package let agreesSince: Int?
        package let checked: Timestamp

        package init(name: String?, size: Int, root: String, findings: [String], agreesSince: Int?, checked: Timestamp) {
            self.name = name
            self.size = size
            self.root = root
            self.findings = findings
            self.agreesSince = agreesSince
            self.checked = checked
        }
    }

    package struct Line: Equatable, Sendable {
        package enum About: Equatable, Sendable {
            case nothing
            case known(String)
            case erased
        }

        package let number: Int
        /// Nil for what is no entry of this version.
        package let at: Timestamp?
        package let by, did: String
        package let about: About

        package init(number: Int, at: Timestamp?, by: String, did: String, about: About) {
            self.number = number
            self.at = at
            self.by = by
            self.did = did
            self.about = about
        }
    }

    package static let length = 50

    package let standing: Standing
    /// Newest first.
    package let lines: [Line]

    package init(standing: Standing, lines: [Line]) {
        self.standing = standing
        self.lines = lines
    }
}
