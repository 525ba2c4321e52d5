package import Logging
internal import PosternCore
package import PosternLink
package import PosternSealing
private import PosternStore

/// Blocks as staff add and remove them, each under their name.
package struct BlockService: BlockServing {
    /// What the vault says of senders.
    package struct Senders: Sendable {
        fileprivate let keys: @Sendable () -> SenderKeys?
        fileprivate let name: @Sendable (SenderRequest) async throws -> SenderNames

        /// - Parameters:
        ///   - keys: nil before the vault has announced them.
        ///   - name: the digests of a letter's sender; throws as `VaultLink.nameSender` does.
        package init(
            keys: @escaping @Sendable () -> SenderKeys?, name: @escaping @Sendable (SenderRequest) async throws -> SenderNames
        ) {
            (self.keys, self.name) = (keys, name)
        }
    }

    private let operations: Operations
    private let pseudonyms: Pseudonyms
    private let senders: Senders
    private let names: ClientNameFinder

    /// How many rows a page has.
    package static let rows = 50

    package init(
        operations: Operations, pseudonyms: Pseudonyms, senders: Senders, logger: Logger,
        relate: @escaping DeskService.Relating
    ) {
        self.operations = operations
        self.pseudonyms = pseudonyms
        self.senders = senders
        names = ClientNameFinder(operations: operations, relate: relate, logger: logger)
    }

    package func list(before: Int64?) async throws -> BlockList {
        try await operations.blocks.lines(before: before, limit: Self.rows)
    }

    package func remove(_ id: Int64, by staff: SignedInStaff) async throws -> Bool {
        do {
            try await operations.by(.staff(staff.name.text)).blocks.remove(id)
            return true
        } catch BlockOperations.Fault.unknown {
            return false
        }
    }

    package func add(_ wish: BlockWish, by staff: SignedInStaff) async throws -> BlockAnswer {
        var faults: [BlockFault] = []
        var found: Found?
        switch try await mark(of: wish) {
        case .success(let mark): found = mark
        case .failure(let fault): faults.append(fault)
        }
        let reason = try? HeaderText(wish.reason, limit: Block.textLimit)
        if reason == nil {
            faults.append(wish.reason.contains { !$0.isWhitespace } ? .longReason : .noReason)
        }
        guard let found, let reason else { return .faulty(faults) }
        let weight = try await operations.blocks.weight(of: found.days, isWide: found.isWide)
        if weight.asksTwice, !wish.isConfirmed { return .asks(weight) }
        let mark: Block.Mark
        switch found.what {
        case .mark(let own): mark = own
        case .sender(let request):
            // Last, since the vault counts it and its journal says it.
            do {
                guard let digest = try await senders.name(request).all.first else { return .faulty([.noVault]) }
                mark = .sender(digest)
            } catch let refusal as LinkRefusal where refusal.code == .denied {
                return .faulty([.closedLetter])
            } catch {
                return .faulty([.noVault])
            }
        }
        let block = try await operations.by(.staff(staff.name.text)).blocks.add(
            mark, wish.effect, because: reason, lasting: wish.lasting)
        return .added(block, weight)
    }

    // MARK: - What was typed

    private struct Found {
        enum What {
            case mark(Block.Mark)
            /// Who wrote a letter: the vault says by what they are blocked.
            case sender(SenderRequest)
        }

        let what: What
        /// What it is called on each day; nil where no tag stands for it.
        let days: [ClientNames.Day]?
        let isWide: Bool

        init(_ what: What, days: [ClientNames.Day]? = nil, isWide: Bool = false) {
            (self.what, self.days, self.isWide) = (what, days, isWide)
        }

        init(mark: Block.Mark, days: [ClientNames.Day]? = nil, isWide: Bool = false) {
            self.init(.mark(mark), days: days, isWide: isWide)
        }
    }

    private enum MarkAnswer {
        case success(Found)
        case failure(BlockFault)
    }

    private func mark(of wish: BlockWish) async throws -> MarkAnswer {
        let typed = wish.mark.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        switch wish.kind {
        case .tag:
            guard let tag = Tag(typed), let names = try await names.names(of: tag, .upToToday) else { return .failure(.noTag) }
            let today = Epoch(containing: operations.now())
            guard let own = names.tag(on: today) else { return .failure(.tagOfOtherDay) }
            return .success(Found(mark: .tag(own, today), days: names.days))
        case .network:
            guard let range = try? AddressRange(typed) else { return .failure(.noNetwork) }
            return .success(try await network(range))
        case .domain:
            let domain = typed.lowercased()
            guard let name = DomainName(domain.hasPrefix("@") ? String(domain.dropFirst()) : domain) else {
                return .failure(.noDomain)
            }
            return .success(Found(mark: .domain(name.ascii)))
        case .sender:
            guard let address = try? EmailAddress(typed) else { return .failure(.noAddress) }
            guard let digest = senders.keys()?.digests(of: address).first else { return .failure(.noVault) }
            return .success(Found(mark: .sender(digest)))
        case .letter:
            guard let letter = LetterID(typed), let request = try await sender(of: letter) else { return .failure(.noLetter) }
            return .success(Found(.sender(request)))
        case .words:
            let phrase = BlockedPhrase(wish.mark)
            if phrase.folded.count < Block.shortestPhrase { return .failure(.shortWords) }
            if phrase.folded.count > Block.textLimit { return .failure(.longWords) }
            return .success(Found(mark: .phrase(phrase)))
        }
    }

    /// - Returns: nil for a letter that neither waits for staff nor was reported, and for an answer, which does not say who wrote it.
    private func sender(of letter: LetterID) async throws -> SenderRequest? {
        guard let found = try await operations.store.read({ try $0.revealableLetters.find(letter) }),
            let (item, seal) = found.item(.letter)
        else { return nil }
        switch item.content {
        case .letter, .report: return SenderRequest(item: item, seal: seal)
        case .reply, .client: return nil
        }
    }

    /// The networks that have tags of their own can be counted by them, on each day on which something came from there.
    private func network(_ range: AddressRange) async throws -> Found {
        let parts = range.description.split(separator: "/")
        guard parts.count == 2, let client = ClientAddress(text: parts[0]), let length = Int(parts[1]) else {
            return Found(mark: .range(range))
        }
        guard let place = client.prefixes.firstIndex(where: { $0.length == length }) else {
            let widest = client.prefixes.map { Int($0.length) }.min() ?? 0
            return Found(mark: .range(range), isWide: length < widest)
        }
        let today = Epoch(containing: operations.now())
        guard let tags = pseudonyms.day(today, withTomorrow: false)?.tags(of: client), tags.indices.contains(place) else {
            return Found(mark: .range(range))
        }
        let alone = [ClientNames.Day(epoch: today, tag: tags[place])]
        return Found(mark: .range(range), days: try await names.names(of: tags[place], .upToItsDay)?.days ?? alone)
    }
}
