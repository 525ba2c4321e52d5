private import PosternCore
package import PosternLink
private import PosternSealing

extension KeyRing {
    /// Which keys there are: what `keys status` shows.
    package var report: KeyReport {
        let (saved, former) = (saved, Set(formerAddresses.map { $0.key.id }))
        return KeyReport(all.map { KeyReport.Key($0, fits: nil, saved: saved, former) })
    }

    /// Which keys there are, and whether the halves of each pair match: a test text is sealed with the public half and opened
    /// with the private one. What `postern doctor` asks for.
    package var examined: KeyReport {
        let opener = SealOpener(ring: self, secrets: TransientRecordMemory())
        let (saved, former) = (saved, Set(formerAddresses.map { $0.key.id }))
        return KeyReport(
            all.map { held in KeyReport.Key(held, fits: held.key.sealing.map { $0.isPair(opener) }, saved: saved, former) })
    }
}

extension KeyFolder {
    /// Examines the keys in the folder and changes nothing there.
    /// - Returns: also what is wrong with the files that hold no usable key.
    /// - Throws: when the folder cannot be read.
    package func examine() throws(FileFault) -> (report: KeyReport, faults: [KeyFault]) {
        let (held, faults) = try look()
        return (KeyRing(holding: held, of: self).examined, faults)
    }
}

extension KeyReport.Key {
    fileprivate init(_ held: HeldKey, fits: Bool?, saved: [String: Timestamp], _ former: Set<KeyID>) {
        self.init(
            kind: held.key.kind.name, id: held.key.id.description,
            suite: held.key.sealing?.suite.name ?? (held.key.kind == .journal ? "ed25519" : nil), epoch: held.key.epoch,
            fits: fits, saved: saved[held.key.id.description], made: held.key.made, isFormer: former.contains(held.key.id))
    }
}

extension SealingKey {
    fileprivate func isPair(_ opener: SealOpener) -> Bool {
        guard let site = try? SiteID("doctor"), let handle = try? Handle("doctor"),
            let address = try? EmailAddress("doctor@postern.invalid")
        else { return false }
        // Nothing is stored under these ids.
        let (recipient, record) = (RecipientID(high: 0, low: 0), LetterID(high: 0, low: 0))
        do {
            switch purpose {
            case .address:
                let context = SealContext.address(of: recipient, at: site, version: 1)
                let own = OwnSecret()
                return try opener.address(in: seal(address, in: context, with: own), context: context, with: own) == address
            case .letter, .evidence, .report:
                let context: SealContext =
                    switch purpose {
                    case .letter: .letter(record, to: recipient, handle, at: site)
                    case .report: .report(ReportID(high: 0, low: 0), of: record, to: recipient, handle, at: site)
                    default: .evidence(of: record, at: site)
                    }
                let text = Array(address.text.utf8)
                let seal = try SealingSession(to: self, at: Timestamp(seconds: 0)).seal(text, in: context)
                return try opener.record(in: seal, context: context) == text
            }
        } catch {
            return false
        }
    }
}
