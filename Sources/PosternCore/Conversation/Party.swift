/// One of the two who write to each other in a conversation.
package enum Party: String, Sendable, CaseIterable {
    case recipient, visitor

    package var other: Party { self == .recipient ? .visitor : .recipient }
}
