/// What a member of staff may do. The raw value is what commands take and the store says.
package enum StaffRole: String, Sendable, CaseIterable {
    /// Looks at what was held or reported, and decides.
    case reviewer
    /// Also decides who is staff, and looks after sites and recipients.
    case administrator
    /// Looks at what others have done, and changes nothing.
    case auditor
}

extension StaffRole {
    /// Whether they decide about letters.
    package var decides: Bool { Set.deciders.contains(self) }
}

extension Set<StaffRole> {
    package static let any = Set(StaffRole.allCases)
    package static let deciders: Set = [.reviewer, .administrator]
}
