import Reactor
import TestServers
import Testing

@testable import Queue
@testable import Store

@Suite struct EmbeddedQueueTests {
    let directory = TemporaryDirectory()
    let file: EmbeddedQueueFile
    let writer: EmbeddedQueueWriter
    let reader: EmbeddedQueueReader

    init() throws {
        file = try EmbeddedQueueFile.open(path: directory.file("queue.db"), partitions: 3)
        writer = try file.makeWriter()
        reader = try file.makeReader()
    }

    @Test("Messages come out of their partition as they went in: id, jobs and body, in order")
    func firstInFirstOut() throws {
        var outgoing = OutgoingMessages()
        outgoing.add(1, partition: 0, jobs: 2, body: "first")
        outgoing.add(2, partition: 1, body: "other")
        outgoing.add(3, partition: 0, jobs: 5, body: "")
        outgoing.add(4, partition: 0, body: String(repeating: "long ", count: 50_000))
        var assigned: [Int64] = [77]
        try writer.commit(outgoing, assigned: &assigned)
        #expect(assigned == [1, 2, 3, 4])

        var fetched = FetchedMessages()
        try reader.fetch(partition: 0, after: 0, maxJobs: 100, into: &fetched)
        #expect(fetched.messages.map(\.sequence) == [1, 3, 4])
        #expect(fetched.messages.map(\.id) == [testID(1), testID(3), testID(4)])
        #expect(fetched.messages.map(\.jobs) == [2, 5, 1])
        let bodies = fetched.messages.map { String(decoding: $0.body.of(fetched.bytes.bytes), as: UTF8.self) }
        #expect(bodies == ["first", "", String(repeating: "long ", count: 50_000)])
        #expect(try reader.sequences(1) == [2] && reader.sequences(2) == [])
    }

    @Test(
        "A fetch takes what fits into the jobs asked for, but one message in any case, and tells whether that was all",
        arguments: [(1, [1]), (4, [1]), (5, [1]), (9, [1]), (10, [1, 2]), (15, [1, 2, 3]), (99, [1, 2, 3])])
    func fetchLimit(maxJobs: Int, expected: [Int64]) throws {
        _ = try writer.put([1, 2, 3], jobs: 5)
        var fetched = FetchedMessages()
        try reader.fetch(partition: 0, after: 0, maxJobs: maxJobs, into: &fetched)
        #expect(fetched.messages.map(\.sequence) == expected)
        let isCutShort = fetched.isCutShort
        #expect(isCutShort == (expected.count < 3))
        try reader.fetch(partition: 0, after: 0, maxJobs: 15, into: &fetched)
        let isAgain = fetched.isCutShort
        #expect(!isAgain)
    }

    @Test("An acknowledgement removes its range and nothing else")
    func acknowledge() throws {
        _ = try writer.put([1, 2, 3, 4], partition: 0)
        _ = try writer.put([5, 6], partition: 1)
        try writer.acknowledge(0, through: 2)
        #expect(try reader.sequences(0) == [3, 4] && reader.sequences(1) == [5, 6])
        #expect(try reader.sequences(0, after: 3) == [4])
        try writer.acknowledge(0, through: 2)
        try writer.acknowledge(1, through: 6)
        #expect(try reader.sequences(0) == [3, 4] && reader.sequences(1) == [])
    }

    @Test("Sequences go on rising when all messages are gone, and after a restart")
    func risingSequences() throws {
        #expect(try writer.put([1, 2]) == [1, 2])
        try writer.acknowledge(0, through: 2)
        #expect(try writer.put([3]) == [3])
        try writer.acknowledge(0, through: 3)
        let again = try EmbeddedQueueFile.open(path: file.path, partitions: 3).makeWriter()
        #expect(try again.put([4]) == [4])
        #expect(try EmbeddedQueueFile.open(path: file.path, partitions: 3).makeWriter().put([5]) == [5])
        // Another connection has written meanwhile, which this one has to notice.
        #expect(try writer.put([6]) == [6])
    }

    @Test("Acknowledging all leaves no message in any partition; sequences go on rising")
    func removeAll() throws {
        for partition in 0..<3 { _ = try writer.put([1, 2], partition: partition) }
        for partition in 0..<3 { try writer.acknowledge(partition, through: 6) }
        for partition in 0..<3 { #expect(try reader.sequences(partition) == []) }
        #expect(try writer.put([3], partition: 2) == [7])
    }

    @Test("The partition count is taken when the queue is empty, and kept while messages wait")
    func partitionCount() throws {
        #expect(file.partitions == 3)
        _ = try writer.put([1], partition: 2)
        #expect(try EmbeddedQueueFile.open(path: file.path, partitions: 8).partitions == 3)
        try writer.acknowledge(2, through: 1)
        #expect(try EmbeddedQueueFile.open(path: file.path, partitions: nil).partitions == 3)
        let wider = try EmbeddedQueueFile.open(path: file.path, partitions: 8)
        #expect(wider.partitions == 8)
        #expect(try EmbeddedQueueFile.open(path: file.path, partitions: nil).partitions == 8)
        // What a partition has given out stays given out.
        #expect(try wider.makeWriter().put([2], partition: 2) == [2])
    }

    @Test("A scan at start visits every waiting message once, each partition in its order")
    func scan() throws {
        _ = try writer.put(Array(1...40), partition: 0, jobs: 500)
        _ = try writer.put([41], partition: 2, body: "last")
        try writer.acknowledge(0, through: 3)
        var seen: [Int: [Int64]] = [:]
        try reader.visitWaiting { partition, fetched in seen[partition, default: []] += fetched.messages.map(\.sequence)
        }
        #expect(seen == [0: Array(4...40), 2: [41]])
    }

    @Test("After a crash everything committed is there, and nothing that was not")
    func crash() throws {
        _ = try writer.put([1, 2], body: String(repeating: "a", count: 20_000))
        try writer.acknowledge(0, through: 1)
        let unfinished = try SQLiteConnection.open(path: file.path)
        // More than the page cache holds, so that pages of the open transaction reach the log.
        try unfinished.execute(
            """
            PRAGMA cache_size=10; BEGIN IMMEDIATE; DELETE FROM messages;
            WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
            INSERT INTO messages SELECT i, zeroblob(16), 1, zeroblob(10000) FROM n
            """)
        try directory.crashImage(of: "queue.db", as: "after.db")
        let after = try EmbeddedQueueFile.open(path: directory.file("after.db"), partitions: 3)
        #expect(try after.makeReader().sequences() == [2])
        #expect(try after.makeWriter().put([3]) == [3])
        let check = try SQLiteConnection.open(path: after.path)
        #expect(try check.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1)
    }

    @Test("The room of a backlog that was worked off is given back at the next start, and sequences go on")
    func shrink() throws {
        let large = String(
            repeating: "x",
            count: Int(EmbeddedQueueFile.shrinkingThresholdPages + 100) * EmbeddedQueueFile.queueSettings.pageBytes)
        _ = try writer.put([1], body: large)
        let pages = "PRAGMA page_count"
        let connection = try SQLiteConnection.open(path: file.path)
        #expect(try EmbeddedQueueFile.open(path: file.path, partitions: 3).makeReader().sequences() == [1])
        #expect(try connection.integer(pages)! > EmbeddedQueueFile.shrinkingThresholdPages)
        try writer.acknowledge(0, through: 1)
        _ = try EmbeddedQueueFile.open(path: file.path, partitions: 3)
        #expect(try connection.integer(pages)! < 100)
        #expect(try writer.put([2]) == [2])
    }

    @Test("A full queue refuses a commit whole, still takes acknowledgements, and then has room again")
    func full() throws {
        let body = String(repeating: "x", count: 30_000)
        let limited = SQLiteSettings(maximumPages: 60)
        let writer = try EmbeddedQueueFile.open(path: file.path, partitions: 3, settings: limited).makeWriter()
        var count: Int64 = 0
        var refused: SQLiteError?
        while refused == nil && count < 100 {
            do {
                count = try writer.put([Int(count) * 2 + 1, Int(count) * 2 + 2], body: body)[1]
            } catch let error as SQLiteError {
                refused = error
            }
        }
        #expect(refused?.kind == .full && refused?.outcome == .notCommitted)
        #expect(count > 0 && count % 2 == 0)
        #expect(try reader.sequences() == Array(1...count))
        try writer.acknowledge(0, through: 2)
        #expect(try writer.put([90, 91], body: body) == [count + 1, count + 2])
        #expect(try reader.sequences() == Array(3...count + 2))
    }
}
