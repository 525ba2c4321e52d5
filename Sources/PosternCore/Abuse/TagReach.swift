/// On which days a client's tags are wanted, seen from the submission that they are looked up by.
///
/// The relay has today's key of tags, and a relay that was taken over has kept those of each day since. Who has a day's key and a tag of
/// it can try out all IPv4 addresses. So tags of later days than the submission's own would give its address away; those of earlier
/// days are under keys that were wiped before.
package enum TagReach: UInt8, Sendable {
    /// The submission's own day and those before it.
    case upToItsDay = 1
    /// And those after it, up to today: counted and journalled by the vault.
    case upToToday = 2
}
