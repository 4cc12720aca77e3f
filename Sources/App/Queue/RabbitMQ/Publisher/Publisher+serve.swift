import Glibc
import Metrics
import Reactor

/// The publisher's work while it has a connection.
extension Publisher {
    /// Whether messages may be written, by what the broker has said.
    private enum Phase {
        case open
        /// Nothing is written; confirms of what it has taken already may still come.
        case blocked
        /// A queue is missing: when all is decided, the connection is made anew and with it the queues.
        case finishing(AMQPError)
    }

    /// Until the inbox is closed and all is decided; throws why the connection is of no more use.
    package func serve(_ connection: AMQPConnection) throws(AMQPError) {
        var phase = Phase.open
        while true {
            try listen(connection, &phase)
            inbox.take(into: &waiting)
            switch phase {
            case .open: try publish(on: connection)
            case .blocked, .finishing: refuseAll()
            }
            try expire(phase)
            tell()
            if window.isEmpty {
                if case .finishing(let error) = phase { throw error }
                if waiting.isEmpty && inbox.isClosed { return }
            }
            sleep(connection)
        }
    }

    // MARK: Out

    private var hasRoom: Bool {
        window.isEmpty
            || settings.admitsMore(than: window.messages, jobs: window.jobs, bytes: window.bytes)
    }

    private func publish(on connection: AMQPConnection) throws(AMQPError) {
        refuseOverdue()
        guard !waiting.isEmpty, hasRoom else { return }
        let batches = takeRound()
        packer.pack(batches, partitions: topology.partitions)
        for batch in batches { batch.undecided = batch.writes.count }
        let deadline = Deadline.now().advanced(byMilliseconds: settings.confirmMilliseconds)
        for index in packer.packed.messages.indices {
            do throws(AMQPError) {
                try publish(packer.packed.messages[index], batches, on: connection, deadline)
            } catch {
                refuse(packer.packed.messages[(index + 1)...], batches)
                throw error
            }
        }
    }

    /// As many of the batches that wait as go into the window, oldest first, and at least one.
    private func takeRound() -> [WriteBatch] {
        var (jobs, bytes, count) = (0, 0, 0)
        let mostJobs = (settings.windowMessages - window.messages) * packer.jobsPerMessage
        for waiting in waiting {
            jobs += waiting.batch.writes.count
            bytes += waiting.batch.jobs.count
            if count > 0 && (jobs > mostJobs || window.bytes + bytes > settings.windowBytes) { break }
            count += 1
        }
        let round = waiting[..<count].map(\.batch)
        waiting.removeFirst(count)
        return round
    }

    private func publish(
        _ message: OutgoingMessage, _ batches: [WriteBatch], on connection: AMQPConnection, _ deadline: Deadline
    ) throws(AMQPError) {
        let published = PublishedMessage(message, of: packer.packed, batches: batches)
        let millisecondsToDeadline = window.nextDeadline.milliseconds(from: .now())
        guard connection.canWrite(within: min(millisecondsToDeadline, settings.connection.writeMilliseconds)) else {
            settle(published, .refused, .unsent)
            throw .timedOut(action: "publish")
        }
        window.published(
            published, id: message.id, jobs: message.jobs, bytes: Int(message.body.count), deadline: deadline)
        metrics.update { $0.published(jobs: message.jobs) }
        var body = message.body
        // One job is the old form: the object alone.
        if message.jobs == 1 { body.count -= 1 }
        try connection.publish(
            Self.channel, queue: queueNames[message.partition], body: body.of(packer.packed.bytes.bytes),
            MessageProperties(messageID: message.id, form: message.jobs == 1 ? .json : .jsonLines))
    }

    /// Messages that were packed and not written.
    private func refuse(_ messages: ArraySlice<OutgoingMessage>, _ batches: [WriteBatch]) {
        for message in messages {
            settle(PublishedMessage(message, of: packer.packed, batches: batches), .refused, .unsent)
        }
    }

    /// Jobs that have waited for room for too long.
    private func refuseOverdue() {
        guard let oldest = waiting.first else { return }
        let limit = Deadline.now()
        guard oldest.since.advanced(byMilliseconds: settings.waitMilliseconds) <= limit else { return }
        let overdue = waiting.prefix { $0.since.advanced(byMilliseconds: settings.waitMilliseconds) <= limit }
        for waiting in overdue { refuse(waiting.batch) }
        waiting.removeFirst(overdue.count)
    }

    // MARK: In

    /// Reads what the broker has said, without waiting.
    private func listen(_ connection: AMQPConnection, _ phase: inout Phase) throws(AMQPError) {
        let past = Deadline(nanoseconds: 0)
        // Bodies of returned messages are not handed out: nothing gets into it.
        var bodies = ByteBuffer()
        while let event = try connection.nextEvent(until: past, bodies: &bodies) {
            switch event {
            case .acked(_, let tag, let multiple):
                let now = Deadline.now()
                window.acked(tag, multiple: multiple) { confirmed($0, $1, now) }
            case .nacked(_, let tag, let multiple):
                window.nacked(tag, multiple: multiple) { settle($0, $1, .nacked) }
            case .returned(let id, let code, let text):
                if let id { window.returned(id) }
                let error = AMQPError.channelClosed(channel: Self.channel, code: code, text: text)
                change(to: .closed(reason: "\(error)"))
                phase = .finishing(error)
            case .blocked(let reason):
                if case .finishing = phase { continue }
                change(to: .blocked(reason: "the broker takes no messages: \(reason)"))
                phase = .blocked
            case .unblocked:
                guard case .blocked = phase else { continue }
                change(to: .open)
                phase = .open
            case .channelClosed(let channel, let code, let text):
                throw .channelClosed(channel: channel, code: code, text: text)
            case .delivery, .cancelled: continue
            }
        }
    }

    /// The broker has dealt with a message, which may have come back before.
    private func confirmed(_ message: PublishedMessage, _ outcome: QueueOutcome, _ now: Deadline) {
        settle(message, outcome, outcome == .accepted ? .confirmed : .returned)
        guard outcome == .accepted else { return }
        let microseconds = (now.nanoseconds - min(now.nanoseconds, message.publishedAt.nanoseconds)) / 1_000
        metrics.update { $0.confirmed(afterMicroseconds: microseconds) }
    }

    /// A broker that doesn't answer in time is left, unless it has said why: what it has read already it still has, and
    /// a new connection would find it no better.
    private func expire(_ phase: Phase) throws(AMQPError) {
        guard window.nextDeadline != .never else { return }
        guard window.expire(now: .now(), { settle($0, $1, $1 == .refused ? .returned : .unknown) }) else { return }
        if case .blocked = phase { return }
        throw .timedOut(action: "wait for the broker's confirm")
    }

    // MARK: In between

    /// Until there is something to do. Without room that is only what the broker says: being woken for every turn of
    /// every loop would cost more than publishing does. The inbox is looked into again when those in it could be
    /// overdue.
    private func sleep(_ connection: AMQPConnection) {
        guard !connection.hasBufferedInput, waiting.isEmpty || !hasRoom else { return }
        var until = window.nextDeadline
        if !hasRoom { until = min(until, .now().advanced(byMilliseconds: settings.waitMilliseconds)) }
        if let oldest = waiting.first {
            until = min(until, oldest.since.advanced(byMilliseconds: settings.waitMilliseconds))
        }
        let timeout = min(until.milliseconds(from: .now()), connection.serviceIntervalMilliseconds)
        var watched = (
            // poll(2) ignores a negative descriptor.
            pollfd(fd: hasRoom ? inbox.descriptor : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0)
        )
        // Why it woke doesn't matter: the next turn looks at everything.
        _ = withUnsafeMutableBytes(of: &watched) { bytes in
            poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, Int32(clamping: timeout))
        }
    }
}
