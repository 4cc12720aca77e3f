import Glibc
import Reactor

/// The letters of the queue file, which a server may be working with.
struct EmbeddedDeadLetterBox: DeadLetterBox {
    private let letters: EmbeddedDeadLetters
    private let partitions: Int

    init(queuePath: String) throws {
        // Opening it would make one.
        guard access(queuePath, F_OK) == 0 else { throw DeadCommandFailure.noQueue(path: queuePath) }
        let file = try EmbeddedQueueFile.open(path: queuePath, partitions: nil)
        partitions = file.partitions
        letters = try file.makeDeadLetters()
    }

    func list(limit: Int) throws -> [ListedLetter] { try letters.list(limit: limit).map(Self.listed) }

    func letter(_ name: LetterName) throws -> ListedLetter? { try find(name).map(Self.listed) }

    func replay(_ name: LetterName?) throws -> Int {
        let clock = UUIDv7Clock()
        var ids = UUIDv7Generator(clock: clock)
        return try each(name) { letter in
            let partition = LetterContent(letter.body).orderID?.partition(of: partitions) ?? 0
            let id = ids.next(nanosecondsSince1970: WallClock.nanoseconds())
            return try letters.replay(letter.number, as: id, into: partition) != nil
        }
    }

    func discard(_ name: LetterName?) throws -> Int { try each(name) { try letters.discard($0.number) } }

    private func find(_ name: LetterName) throws -> DeadLetter? {
        switch name {
        case .number(let number): try letters.letter(number)
        case .id(let id): try letters.letter(ofJob: id)
        }
    }

    /// Only letters that are there now: a job that dies again meanwhile gets a higher number.
    private func each(_ name: LetterName?, _ action: (DeadLetter) throws -> Bool) throws -> Int {
        if let name { return try find(name).map { try action($0) ? 1 : 0 } ?? 0 }
        var (count, last, left) = (0, Int64(0), try letters.count())
        while left > 0 {
            let some = try letters.list(after: last, limit: min(left, 1_000))
            guard let end = some.last else { break }
            for letter in some where try action(letter) { count += 1 }
            last = end.number
            left -= some.count
        }
        return count
    }

    private static func listed(_ letter: DeadLetter) -> ListedLetter {
        ListedLetter(
            name: String(letter.number), content: LetterContent(letter.body), body: letter.body,
            failedAtMilliseconds: letter.failedAtMilliseconds, attempts: letter.attempts, reason: letter.reason)
    }
}

/// The letters of the broker's queue.
struct BrokerDeadLetterBox: DeadLetterBox {
    private let queue: DeadLetterQueue

    init(_ endpoint: BrokerEndpoint, _ topology: QueueTopology) {
        queue = DeadLetterQueue(endpoint, topology, clock: UUIDv7Clock(), watchdog: Watchdog())
    }

    func list(limit: Int) throws -> [ListedLetter] { try queue.list(limit: limit).map(Self.listed) }

    func letter(_ name: LetterName) throws -> ListedLetter? { try queue.letter(try Self.id(name)).map(Self.listed) }

    func replay(_ name: LetterName?) throws -> Int { try queue.replay(try Self.selection(name)) }

    func discard(_ name: LetterName?) throws -> Int { try queue.discard(try Self.selection(name)) }

    private static func selection(_ name: LetterName?) throws -> LetterSelection {
        if let name { .one(try id(name)) } else { .all }
    }

    private static func id(_ name: LetterName) throws -> UUID {
        switch name {
        case .id(let id): return id
        case .number(let number): throw DeadCommandFailure.notAName(String(number))
        }
    }

    private static func listed(_ letter: BrokerLetter) -> ListedLetter {
        ListedLetter(
            name: letter.id?.description ?? "-", content: letter.content, body: letter.body,
            failedAtMilliseconds: letter.failedAtMilliseconds, attempts: letter.attempts, reason: letter.reason)
    }
}
