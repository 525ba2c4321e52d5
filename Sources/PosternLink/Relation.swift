package import PosternCore

/// A request for the tags of a client on other days, by the sealed client address of a submission.
package struct RelateRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let submission: LetterID
    package let site: SiteID
    package let evidence: [UInt8]
    package let reach: TagReach

    package init(submission: LetterID, site: SiteID, evidence: [UInt8], reach: TagReach) {
        self.submission = submission
        self.site = site
        self.evidence = evidence
        self.reach = reach
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(submission)
        writer.write(site.text)
        writer.write(evidence)
        writer.write(reach.rawValue)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let (submission, site) = (try reader.identifier() as LetterID, try reader.siteID())
        let evidence = try reader.part()
        guard let reach = TagReach(rawValue: try reader.number()) else { throw .badValue }
        self.init(submission: submission, site: site, evidence: evidence, reach: reach)
    }
}

/// The tags of a client on the requested days whose keys still exist, without its address.
package struct RelatedTags: LinkPayload, Equatable, Sendable {
    package struct Day: LinkPayload, Equatable, Sendable {
        package let epoch: Epoch
        /// The tags of the client and of its networks, narrowest first.
        package let tags: [Tag]

        package init(epoch: Epoch, tags: [Tag]) {
            (self.epoch, self.tags) = (epoch, tags)
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(epoch.day)
            writer.write(UInt8(clamping: tags.count))
            for tag in tags { writer.write(tag.value) }
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            epoch = Epoch(day: try reader.number())
            let count = try reader.number(UInt8.self)
            var tags: [Tag] = []
            for _ in 0..<count { tags.append(Tag(value: try reader.number())) }
            self.tags = tags
        }
    }

    /// Latest day first.
    package let days: [Day]

    package init(days: [Day]) { self.days = days }

    package func write(to writer: inout ByteWriter) { writer.write(days) }
    package init(from reader: inout ByteReader) throws(ByteFault) { days = try reader.list() }
}
