/// Every claim about the store is tried on each kind of it.
enum StoreKind: String, CaseIterable, Sendable {
    case memory, file
}
