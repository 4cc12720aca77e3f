import Glibc
import Orders
import TestServers
import Testing

@testable import Prove

@Suite("The journal of a run") struct JournalTests {
    private static let id = LedgerFixture.id(3)

    private static let texts: [(String, JournalEvent)] = [
        ("0.000 run k3f format=1", .run("k3f")), ("0.001 create 0", .creating(order: 0, isKeyed: false)),
        ("0.012 create 17 keyed", .creating(order: 17, isKeyed: true)),
        ("0.123 created 17 \(id)", .created(order: 17, id: id)), ("1.000 repeat 17", .repeating(order: 17)),
        ("12.345 patch 17 3", .writing(order: 17, write: 3, .patch)),
        ("12.345 delete 17 4", .writing(order: 17, write: 4, .delete)),
        ("12.351 ok 17 3", .acknowledged(order: 17, write: 3)), ("12.351 refused 17 3", .refused(order: 17, write: 3)),
        ("12.351 unknown 17 3 over", .unknown(order: 17, write: 3, .over)),
        ("12.351 unknown 17 3 open", .unknown(order: 17, write: 3, .open)),
        ("12.351 seen 17 3", .seen(order: 17, write: 3, isGone: false)),
        ("12.351 seen 17 3 gone", .seen(order: 17, write: 3, isGone: true)),
        ("99.999 found 17 \(id)", .found(order: 17, id: id)), ("86400.000 end", .ended),
    ]

    @Test("Each event is one line that a person can read, and is read back as it was")
    func lines() throws {
        for (text, event) in Self.texts {
            let line = try #require(JournalLine(text), "\(text)")
            #expect(line.event == event)
            #expect(line.text == text)
        }
        #expect(JournalLine("12.345 patch 17 3")?.milliseconds == 12_345)
    }

    @Test("What is no line is told apart")
    func malformed() {
        for text in [
            "", "1.000", "1.000 ", "1 end", "1.00 end", "-1.000 end", "1.000 end 1", "1.000 patch 17",
            "1.000 patch 17 x",
            "1.000 patch 17 3 4", "1.000  patch 17 3", "1.000 patch 17 3 ", "1.000 patch -1 3",
            "1.000 patch 99999999999999999999 3",
            "1.000 created 17", "1.000 created 17 abc", "1.000 unknown 17 3", "1.000 unknown 17 3 perhaps",
            "1.000 seen 17 3 away", "1.000 create 17 3", "1.000 create 17 keyed 3", "1.000 run", "1.000 run a format=2",
            "1.000 dance 17 3",
        ] { #expect(JournalLine(text) == nil, "\(text)") }
    }

    @Test("A file is read back; a line that was cut off, wherever, counts as never written")
    func tornLine() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal")
        let lines = [
            JournalLine(0, .run("r")), JournalLine(5, .creating(order: 0, isKeyed: false)),
            JournalLine(9, .created(order: 0, id: Self.id)), JournalLine(11, .writing(order: 0, write: 1, .patch)),
        ]
        let journal = try Journal(creating: path)
        for line in lines { #expect(journal.append(line) == nil) }
        #expect(try Journal.lines(of: path) == lines)
        let bytes = try #require(FileContent.text(of: path)).utf8.count
        let lastBytes = lines[3].text.utf8.count + 1
        for cut in 1...lastBytes {
            #expect(truncate(path, bytes - cut) == 0)
            #expect(try Journal.lines(of: path) == Array(lines.dropLast()), "\(cut)")
        }
    }

    @Test("A journal is not written over, and a file that is none says where")
    func failures() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal")
        #expect(throws: ProveFailure.file(path, reason: "No such file or directory")) { try Ledger(journalAt: path) }
        let journal = try Journal(creating: path)
        #expect(throws: ProveFailure.journalExists(path)) { try Journal(creating: path) }
        #expect(throws: ProveFailure.journalIsOfNoRun(path)) { try Ledger(journalAt: path) }
        for line in [JournalLine(0, .run("r")), JournalLine(1, .acknowledged(order: 0, write: 0))] {
            #expect(journal.append(line) == nil)
        }
        #expect(throws: ProveFailure.journalLine(path, number: 2)) { try Ledger(journalAt: path) }
    }

    @Test("The ledger of a journal knows what the ledger of the run knew")
    func ledger() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal")
        let book = Book(run: LedgerFixture.run, poolSize: 1, journal: try Journal(creating: path))
        guard case .create(0, false)? = book.nextStep(dice: 0, mayUseKey: false) else {
            Issue.record("no creation in an empty pool")
            return
        }
        book.created(0, .accepted(LedgerFixture.id(0)))
        guard case .write(0, LedgerFixture.id(0), 1, .patch)? = book.nextStep(dice: 0, mayUseKey: false) else {
            Issue.record("no patch in a full pool")
            return
        }
        book.wrote(0, write: 1, .unknown(.over))
        let asked = book.ledger.orders[0].floor
        book.showed(0, LedgerFixture.status(1), asked: asked, isUnsure: false, from: "http://a:80")
        let ledger = try Ledger(journalAt: path)
        let (left, right) = (ledger.orders[0], book.ledger.orders[0])
        #expect(left.floor == right.floor && left.floor.write == 1 && left.id == right.id)
        #expect(left.writes.map(\.fate) == [.acknowledged, .unknown(.over)])
        #expect(ledger.acknowledged == 1 && ledger.unknown == 1)
    }
}
