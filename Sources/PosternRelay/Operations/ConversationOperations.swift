internal import PosternCore
internal import PosternStore

/// What recipient and visitor do with their conversation, each by a link. What changes nothing leaves no trace.
struct ConversationOperations: Sendable {
    let operations: Operations

    /// - Returns: false when it was too late.
    func withdraw(_ reply: LetterID) async throws -> Bool {
        let record = operations.trace(.withdrawReply, "\(reply)")
        return try await operations.store.write { transaction in
            guard try transaction.intake.withdraw(reply, at: record.at) else { return false }
            try transaction.operationTrace.add(record)
            return true
        }
    }

    /// Only the party who ended a conversation can let it go on.
    func setClosed(_ isClosed: Bool, _ conversation: LetterID, by party: Party) async throws {
        let record = operations.trace(isClosed ? .closeConversation : .reopenConversation, "\(conversation)")
        try await operations.store.write { transaction in
            guard let found = try transaction.conversations.find(conversation), (found.closedBy != nil) != isClosed,
                try transaction.conversations.setClosed(isClosed, conversation, by: party, at: record.at)
            else { return }
            try transaction.operationTrace.add(record)
        }
    }

    /// - Parameter visitor: as the vault names the visitor for this recipient.
    /// - Returns: false when the recipient has muted as many as a recipient can.
    func setMuted(
        _ isMuted: Bool, _ visitor: [UInt8], by recipient: Recipient, from conversation: LetterID
    ) async throws -> Bool {
        // Without the visitor's name: the trace would tell which conversations are one visitor's.
        let record = operations.trace(isMuted ? .muteVisitor : .unmuteVisitor, "\(recipient.site)/\(recipient.handle)")
        let connection = operations.trace(.unmuteConnection, "\(recipient.site)/\(recipient.handle)")
        return try await operations.store.write { transaction in
            let mutes = transaction.mutes
            let wasMuted = try mutes.names(of: recipient.id).contains(visitor)
            if isMuted {
                _ = try mutes.add(visitor, of: recipient.id, from: conversation, at: record.at)
            } else {
                try mutes.remove(visitor, of: recipient.id)
                // Anyone who hears somebody again wants their letters, too.
                if try transaction.muteTags.remove(from: conversation, of: recipient.id) {
                    try transaction.operationTrace.add(connection)
                }
            }
            let isMutedNow = try mutes.names(of: recipient.id).contains(visitor)
            if wasMuted != isMutedNow { try transaction.operationTrace.add(record) }
            return isMutedNow == isMuted
        }
    }

    /// - Returns: false when the recipient has muted as many as a recipient can.
    func setConnectionMuted(_ isMuted: Bool, by recipient: Recipient, from conversation: LetterID) async throws -> Bool {
        let record = operations.trace(isMuted ? .muteConnection : .unmuteConnection, "\(recipient.site)/\(recipient.handle)")
        return try await operations.store.write { transaction in
            let tags = transaction.muteTags
            guard isMuted else {
                if try tags.remove(from: conversation, of: recipient.id) { try transaction.operationTrace.add(record) }
                return true
            }
            let former = try tags.standing(from: conversation, of: recipient.id, at: record.at)
            guard try tags.add(from: conversation, of: recipient.id, at: record.at) else { return false }
            if try tags.standing(from: conversation, of: recipient.id, at: record.at) != former {
                try transaction.operationTrace.add(record)
            }
            return true
        }
    }
}
