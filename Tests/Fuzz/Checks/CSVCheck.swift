import PosternCore
import PosternImport

/// A file of recipients, as a spreadsheet or another program wrote it.
enum CSVCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        var line = 0
        var reader = CSVReader(bytes)
        while let record = reader.next() {
            try hold(record.line > line, "every record begins on a line of its own")
            line = record.line
            try hold((0...1).contains(reader.progress), "progress is a share")
            if record.fault == nil { try check(record) }
            do {
                try check(try RecipientRow(record))
            } catch let reject as RecipientRow.Reject {
                try hold(!reject.description.isEmpty, "a rejected row is told why")
                // “it has no @” and “before the @” are our own words.
                let foreign = reject.description.replacing("no @", with: "").replacing("the @", with: "")
                try hold(!foreign.utf8.contains(0x40), "no address is printed")
            } catch {
                throw Breach(description: "\(error)")
            }
        }
    }

    private static func check(_ record: CSVReader.Record) throws(Breach) {
        let length = record.fields.reduce(record.fields.count - 1) { $0 + $1.utf8.count }
        try hold(length <= CSVReader.longest, "a record without a fault is within its bounds")
        let written = record.fields.map(\.csvField).joined(separator: ",")
        // With a field before them, because an empty line is no record; quoting may make it too long.
        guard written.utf8.count + 2 <= CSVReader.longest else { return }
        var again = CSVReader(Array("x,\(written)\n".utf8))
        let read = again.next()
        try hold(
            read?.fields.dropFirst().elementsEqual(record.fields) { $0.isSame(as: $1) } == true,
            "a record that is written reads the same")
        try hold(again.next() == nil, "a record that is written is one")
    }

    private static func check(_ row: RecipientRow) throws(Breach) {
        try AddressCheck.check(row.address)
        try TextCheck.check(row.name, limit: Letter.Limit.name)
        try hold((try? Handle(row.handle.text)) == row.handle, "a handle reads its own text")
    }
}
