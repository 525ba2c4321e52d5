internal import PosternCore
internal import PosternMail
private import PosternSealing

/// Why a letter was not sent at all. `queue show` prints these sentences.
enum PrepareFault: Error, CustomStringConvertible {
    case notAuthorised
    case outdated(version: Int32, newest: Int32)
    case erased
    case siteNotAuthorised(SiteID)
    case siteOutdated(SiteID, version: Int32)
    case addressKeyMissing(String, String?, handle: Handle)
    /// The own secret of the recipient is lost.
    case ownSecretMissing(Handle)
    case letterKeyUnusable(String)
    case letterKeyLost(String, Epoch)
    /// The key of the day on which the conversation began.
    case firstLetterKeyLost(String, Epoch)
    case noConversation
    case noLinks
    case otherAuthor
    /// The time of the link that the mail is about.
    case linkOver
    case cannotOpen(String, any Error)
    case cannotCompose(ComposeFault)

    /// Whether no later try can end otherwise.
    var isFinal: Bool {
        switch self {
        case .letterKeyLost, .firstLetterKeyLost, .linkOver: true
        default: false
        }
    }

    var description: String {
        switch self {
        case .addressKeyMissing(let key, let why, let handle):
            "the recipient's address is sealed to address key \(key), which this vault does not have"
                + (why.map { " (\($0))" } ?? "; put the key back (postern keys import-recovery FOLDER)")
                + "; or give the address again with postern recipient add \(handle) --replace; then release this letter"
        case .ownSecretMissing(let handle):
            "the recipient's address does not open without their own secret, which is not in the vault's home (records-secrets); put the "
                + "saved keys back (postern keys import-recovery FOLDER), or give the address again with postern recipient add "
                + "\(handle) --replace; then release this letter"
        case .letterKeyUnusable(let why): "the letter cannot be opened: \(why); then restart the service and release this letter"
        case .letterKeyLost(let key, let day):
            "the key of its day (\(day), letter key \(key)) is lost or destroyed: nobody can open this letter any more"
        case .firstLetterKeyLost(let key, let day):
            "the key of the day on which its conversation began (\(day), letter key \(key)) is lost or destroyed: nobody can say any "
                + "more to whom it goes"
        case .noConversation: "it came without its conversation: the store was changed, or another version wrote it; drop it"
        case .noLinks:
            "the letter that began its conversation has no links: the store was changed, so that a reply follows a letter which nobody "
                + "could answer; drop it"
        case .otherAuthor: "the sealed reply names another author than the store: the store was changed; drop it"
        case .linkOver: "the time of the link in it is over before it could leave; a person who needs one asks again"
        case .notAuthorised:
            "the recipient's record is not authorised by this vault: it was forged, swapped or made by another installation; "
                + "give the address again with postern recipient add --replace"
        case .outdated(let version, let newest):
            "the recipient's record (version \(version)) is older than the newest (version \(newest)): an old row or backup was "
                + "put back; give the address again with postern recipient add --replace"
        case .erased:
            "the recipient was erased, and an old row or backup was put back; drop this letter and erase the recipient again"
        case .siteNotAuthorised(let site):
            "the name or the origins of site \(site) are not authorised by this vault: they were changed in the store; give them "
                + "again with postern site set \(site) --name … --origin …, then release this letter"
        case .siteOutdated(let site, let version):
            "the name and origins of site \(site) (version \(version)) are older than the newest: an old row or backup was put "
                + "back; give them again with postern site set \(site) --name … --origin …, then release this letter"
        case .cannotOpen(let what, let error):
            "the sealed \(what) does not open (\((error as? SealFault)?.rawValue ?? "unknown reason"))"
        case .cannotCompose(let fault):
            "the mail could not be composed: \(fault)"
        }
    }
}
