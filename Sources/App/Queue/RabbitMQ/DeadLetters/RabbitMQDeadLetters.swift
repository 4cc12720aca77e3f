package import Orders
import Reactor

/// The dead letters of the cluster, in the broker's queue `{name}.dead`.
///
/// Every call takes the letters out one by one without acknowledging them. They go back to where they were, but for
/// those that it removes. Blocks. One thread at a time.
package final class RabbitMQDeadLetters: DeadLetters {
    private let broker: Broker
    private var ids: UUIDv7Generator

    package init(_ broker: Broker, clock: UUIDv7Clock) {
        self.broker = broker
        ids = UUIDv7Generator(clock: clock)
    }

    package func list(limit: Int) throws -> [ListedLetter] { try letters(limit: limit).map(Self.listed) }

    package func letter(_ name: LetterName) throws -> ListedLetter? { try letter(Self.id(name)).map(Self.listed) }

    /// Publishes the selected letters into the partitions of their orders, and removes each letter when its message is
    /// confirmed. A letter of the broker's, which can hold many jobs, goes back as a whole to where it came from.
    package func replay(_ selection: LetterSelection) throws -> Int {
        try remove(selection) { (letter, session) throws(BrokerError) in
            let partition = letter.content.orderID?.partition(of: broker.topology.partitions) ?? 0
            let headers = [
                AMQPField(name: LetterHeader.attempts, value: .integer(Int64(letter.attempts))),
                AMQPField(name: LetterHeader.version, value: .integer(Int64(letter.version.number))),
            ]
            let id = ids.next(nanosecondsSince1970: WallClock.nanoseconds())
            try session.publish(
                to: letter.origin ?? broker.topology.queueName(partition), body: letter.body,
                MessageProperties(messageID: id, form: letter.form, headers: headers))
            try session.waitForConfirms()
        }
    }

    package func discard(_ selection: LetterSelection) throws -> Int {
        try remove(selection) { (_, _) throws(BrokerError) in }
    }

    // MARK: As the broker has them

    /// Up to `limit` letters, the oldest first.
    package func letters(limit: Int) throws(BrokerError) -> [BrokerLetter] {
        var letters: [BrokerLetter] = []
        try visit { (letter, _) in
            if letters.count < limit { letters.append(letter) }
            return letters.count < limit ? .keepAndGoOn : .keepAndStop
        }
        return letters
    }

    /// The first letter with this id, or with a job of this id.
    package func letter(_ id: UUID) throws(BrokerError) -> BrokerLetter? {
        var found: BrokerLetter?
        try visit { (letter, _) in
            guard letter.answers(to: id) else { return .keepAndGoOn }
            found = letter
            return .keepAndStop
        }
        return found
    }

    /// Removes the selected letters, each after `action` has done its part. Returns how many that were.
    private func remove(
        _ selection: LetterSelection, after action: (BrokerLetter, BrokerSession) throws(BrokerError) -> Void
    ) throws -> Int {
        let wanted: UUID? = if case .one(let name) = selection { try Self.id(name) } else { nil }
        var count = 0
        try visit { (letter, session) throws(BrokerError) in
            if let wanted, !letter.answers(to: wanted) { return .keepAndGoOn }
            try action(letter, session)
            count += 1
            return wanted == nil ? .removeAndGoOn : .removeAndStop
        }
        return count
    }

    private enum Verdict {
        case keepAndGoOn
        case keepAndStop
        case removeAndGoOn
        case removeAndStop

        var removes: Bool { self == .removeAndGoOn || self == .removeAndStop }
        var stops: Bool { self == .keepAndStop || self == .removeAndStop }
    }

    /// Shows `body` the letters that there are now, the oldest first, until it stops. A job that is replayed and dies
    /// again meanwhile is not among them.
    private func visit(
        _ body: (BrokerLetter, BrokerSession) throws(BrokerError) -> Verdict
    ) throws(BrokerError) {
        try broker.withSession("spillway dead") { (session) throws(BrokerError) in
            guard let browser = try session.browse(broker.topology.deadQueueName) else { return }
            var bytes = ByteBuffer()
            for _ in 0..<browser.count {
                bytes.removeAll()
                guard let delivery = try browser.next(bodies: &bytes) else { break }
                let letter = BrokerLetter(delivery, body: [UInt8](delivery.body.of(bytes.bytes)))
                let verdict = try body(letter, session)
                if verdict.removes { try browser.remove(delivery) }
                if verdict.stops { break }
            }
            try browser.giveBack()
        }
    }

    private static func id(_ name: LetterName) throws(LetterName.Invalid) -> UUID {
        switch name {
        case .id(let id): return id
        case .number(let number): throw LetterName.Invalid(text: String(number))
        }
    }

    private static func listed(_ letter: BrokerLetter) -> ListedLetter {
        ListedLetter(
            name: letter.id?.description ?? "-", content: letter.content, body: letter.body,
            failedAtMilliseconds: letter.failedAtMilliseconds, attempts: letter.attempts, reason: letter.reason)
    }
}

@available(*, unavailable)
extension RabbitMQDeadLetters: Sendable {}
