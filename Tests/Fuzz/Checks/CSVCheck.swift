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
        }
        do {
            try check(ImportPlan(try RecipientFile(bytes), languages: nil))
        } catch let fault as ImportFault {
            try hold(!fault.problem.isEmpty && !fault.remedy.isEmpty, "a file that is refused is told why, and what to do")
        } catch let breach as Breach {
            throw breach
        } catch {
            throw Breach(description: "\(error)")
        }
    }

    private static func check(_ plan: ImportPlan) throws(Breach) {
        var handles: Set<String> = []
        for row in plan.rows {
            switch row.content {
            case .recipient(let recipient):
                try check(recipient)
                try hold(handles.insert(recipient.handle.text).inserted, "a handle goes in once")
            case .wrong(let problem, let handle):
                try hold(!problem.isEmpty, "a rejected row is told why")
                if let handle {
                    try hold((try? Handle(handle))?.text == handle, "what is proposed is a handle")
                    try hold(handles.insert(handle).inserted, "what is proposed is nobody else's")
                }
            }
        }
    }

    private static func check(_ record: CSVReader.Record) throws(Breach) {
        let length = record.fields.reduce(record.fields.count - 1) { $0 + $1.utf8.count }
        try hold(length <= CSVReader.longest, "a record without a fault is within its bounds")
        let written = record.fields.map { $0.csvField() }.joined(separator: ",")
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
