import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Queue
@testable import Store

/// What an operator does, with a real broker.
@Suite struct RabbitMQDeadLettersTests {
    private static let now = Int64(1_800_000_000_000)

    /// Letters of update jobs, one for each number.
    private func fill(_ harness: ClusterHarness, _ numbers: ClosedRange<Int>) throws {
        try RabbitMQDeadLetterSink(harness.broker, clock: harness.clock).store(
            numbers.map { number in
                DeadLetter(
                    jobID: testID(10_000 + number),
                    body: Array(JobLine.update(number, order: 1, status: "\(number)").utf8), reason: "reason \(number)",
                    attempts: number, failedAtMilliseconds: Self.now + Int64(number))
            })
    }

    @Test("Letters are listed in their order with what was written on them, and stay where they are")
    func list() throws {
        let harness = try ClusterHarness("dead-list")
        #expect(try harness.deadLetters.letters(limit: 10).isEmpty)
        try fill(harness, 1...5)
        for _ in 0..<2 {
            let letters = try harness.deadLetters.letters(limit: 3)
            #expect(letters.map(\.content.jobIDs) == (1...3).map { [testID(10_000 + $0)] })
            #expect(letters.map(\.reason) == (1...3).map { "reason \($0)" } && letters.map(\.attempts) == [1, 2, 3])
            #expect(letters.map(\.failedAtMilliseconds) == (1...3).map { Self.now + $0 })
            #expect(letters.allSatisfy { $0.origin == nil && $0.content.type == "update_order_status" })
        }
        #expect(try harness.deadLetters.letters(limit: 10).count == 5)
        let listed = try harness.deadLetters.list(limit: 1)
        #expect(listed.map(\.reason) == ["reason 1"] && listed.map(\.content.jobIDs) == [[testID(10_001)]])
    }

    @Test("One letter is shown by its own id or by that of its job")
    func show() throws {
        let harness = try ClusterHarness("dead-show")
        try fill(harness, 1...4)
        let third = try #require(try harness.deadLetters.letter(testID(10_003)))
        #expect(String(decoding: third.body, as: UTF8.self) == JobLine.update(3, order: 1, status: "3"))
        #expect(try harness.deadLetters.letter(#require(third.id)) == third)
        #expect(try harness.deadLetters.letter(testID(1)) == nil)
        #expect(try harness.deadLetters.letter(.id(testID(10_003)))?.reason == "reason 3")
        // Only the embedded queue numbers its letters.
        #expect(throws: LetterName.Invalid(text: "3")) { try harness.deadLetters.letter(.number(3)) }
        #expect(throws: LetterName.Invalid(text: "3")) { try harness.deadLetters.discard(.one(.number(3))) }
    }

    @Test("A replayed job is applied, and one that dies again comes back and can be replayed again")
    func replay() throws {
        let harness = try ClusterHarness("dead-replay", partitions: 3)
        let database = try SQLiteConnection.open(path: harness.directory.file("orders.db"))
        try database.execute(
            """
            CREATE TRIGGER picky BEFORE INSERT ON orders WHEN new.customer_name = 'Mallory'
            BEGIN SELECT raise(ABORT, 'not him'); END
            """)
        try harness.startInstance()
        let jobs = [JobLine.create(1, order: 1, customer: "Mallory"), JobLine.create(2, order: 2)]
        try harness.publish([jobs], partition: testID(1).partition(of: 3), firstID: 1)
        let letter = { try harness.deadLetters.letter(testID(10_001)) }
        #expect(try eventually { try letter()?.attempts == 1 })
        for attempts in 2...3 {
            #expect(try harness.deadLetters.replay(.one(.id(testID(10_001)))) == 1)
            #expect(try eventually { try letter()?.attempts == attempts })
            #expect(try letter()?.reason.contains("not him") == true)
        }
        try database.execute("DROP TRIGGER picky")
        #expect(try harness.deadLetters.replay(.all) == 1)
        #expect(try eventually { try harness.orders() == 2 })
        #expect(try harness.stopAndCheckEmpty() && harness.deadLetters.letters(limit: 1).isEmpty)
        #expect(try harness.deadLetters.replay(.one(.id(testID(10_001)))) == 0)
        #expect(try harness.stored(1) == JobLine.order(1, customer: "Mallory"))
    }

    @Test("A replay that was cut off before its letter's end, and is made again, is applied once")
    func replayTwice() throws {
        let harness = try ClusterHarness("dead-cut-off")
        try harness.store.insert(order: 1)
        try fill(harness, 1...1)
        let letter = try #require(try harness.deadLetters.letters(limit: 1).first)
        // What the first replay has left.
        try harness.connected { connection in
            let channel = try ConfirmedChannel(connection, channel: 1)
            try channel.publish(
                to: harness.topology.queueName(0), body: letter.body,
                MessageProperties(
                    messageID: testID(1), form: .json,
                    headers: [AMQPField(name: LetterHeader.version, value: .integer(Int64(letter.version.number)))]))
            try channel.waitForConfirms()
        }
        #expect(try harness.deadLetters.replay(.all) == 1)
        #expect(try harness.ready() == 2)
        try harness.startInstance()
        #expect(eventually { harness.repair.calls.flatMap(\.writes).count == 2 })
        #expect(try harness.stopAndCheckEmpty() && harness.history(1) == ["1"])
    }

    @Test("One letter is discarded, or all")
    func discard() throws {
        let harness = try ClusterHarness("dead-discard")
        try fill(harness, 1...5)
        #expect(try harness.deadLetters.discard(.one(.id(testID(10_003)))) == 1)
        #expect(try harness.deadLetters.discard(.one(.id(testID(10_003)))) == 0)
        #expect(
            try harness.deadLetters.letters(limit: 10).flatMap(\.content.jobIDs)
                == [1, 2, 4, 5].map { testID(10_000 + $0) })
        #expect(try harness.deadLetters.discard(.all) == 4)
        #expect(try harness.deadLetters.letters(limit: 10).isEmpty)
    }

    @Test("What the broker gives up after too many deliveries is listed with its cause, and replayed whole, once")
    func deliveryLimit() throws {
        let harness = try ClusterHarness("dead-limit", partitions: 2)
        for order in 1...3 { try harness.store.insert(order: order) }
        let jobs = (1...3).map { JobLine.update($0, order: $0, status: "s\($0)") }
        try harness.publish([jobs], partition: 1, firstID: 700)
        try giveBackUntilDead(harness, queue: harness.topology.queueName(1))
        let letters = harness.deadLetters
        #expect(try eventually { try letters.letters(limit: 2).count == 1 })
        let letter = try #require(try letters.letters(limit: 1).first)
        #expect(letter.id == testID(700) && letter.origin == harness.topology.queueName(1))
        #expect(letter.content.jobs == 3 && letter.content.jobIDs == (1...3).map { testID(10_000 + $0) })
        #expect(letter.reason.contains("delivery_limit") && letter.failedAtMilliseconds > Self.now / 2)
        #expect(letter.attempts == Int(QueueTopology.deliveryLimit) + 1)

        #expect(try letters.replay(.one(.id(testID(10_002)))) == 1)
        try harness.startInstance()
        for order in 1...3 { #expect(try eventually { try harness.history(order) == ["s\(order)"] }) }
        #expect(try harness.stopAndCheckEmpty())
    }

    /// Takes the message and requeues it, until it doesn't come any more.
    private func giveBackUntilDead(_ harness: ClusterHarness, queue: String) throws {
        try harness.connected { connection in
            try connection.openChannel(1)
            try connection.qos(1, prefetch: 1)
            try connection.consume(1, queue: queue, tag: "t", exclusive: false)
            var bodies = ByteBuffer()
            var tries = 0
            let until = { Deadline.now().advanced(byMilliseconds: tries <= QueueTopology.deliveryLimit ? 10_000 : 500) }
            while case .delivery(let delivery) = try connection.nextEvent(until: until(), bodies: &bodies) {
                tries += 1
                try connection.nack(1, deliveryTag: delivery.deliveryTag, multiple: false, requeue: true)
            }
            #expect(tries == QueueTopology.deliveryLimit + 1)
        }
    }

    @Test("Letters that the broker can't take are an error that says so")
    func notSetAside() throws {
        let harness = try ClusterHarness("dead-refused")
        let nobody = BrokerEndpoint(host: "127.0.0.1", port: Int(FreePort.next()), user: "guest", password: "guest")
        let broker = Broker(endpoint: nobody, topology: harness.topology, watchdog: harness.watchdog)
        let error = #expect(throws: StoreError.self) {
            try RabbitMQDeadLetterSink(broker, clock: harness.clock).store([
                DeadLetter(jobID: nil, body: [1], reason: "none", attempts: 1, failedAtMilliseconds: 1)
            ])
        }
        #expect(error?.description.contains("Connection refused") == true, "\(String(describing: error))")
        #expect(error?.description.contains("guest") == false)
    }
}
