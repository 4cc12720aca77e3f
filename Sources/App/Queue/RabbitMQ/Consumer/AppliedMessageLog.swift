import Orders
import Reactor
import Store

/// Which applied messages of one partition the database need not know any longer. Pure.
///
/// A message comes again as long as the broker has not seen its acknowledgement. The broker answers nothing to that, so
/// one counts as seen when the channel that carried it has stayed open for a minute more: several heartbeats, behind
/// the acknowledgement on the same connection. Of a channel that is lost nothing is known; what it acknowledged last
/// stays in the database until it is a week old, and older than all that is delivered now.
struct AppliedMessageLog {
    /// How long after its acknowledgement a message is certain not to come again.
    static let certainAfterMilliseconds = 60_000
    /// How old a message may be, by the time in its id, before a new session forgets it.
    static let oldestMilliseconds: UInt64 = 7 * 24 * 3600 * 1000
    /// By how much the clocks of those who give messages their ids may differ.
    static let skewMilliseconds: UInt64 = 3600 * 1000

    private struct Acknowledged {
        let messages: [UUID]
        let certainAt: Deadline
    }

    private var acknowledged: [Acknowledged] = []
    /// How many of ``acknowledged`` the transaction in hand forgets.
    private var forgetting = 0
    private var hasForgottenOldest = false

    /// For the next transaction. The first one of a session forgets what is very old, later ones up to `limit`
    /// messages, or those of one transaction if that were more.
    ///
    /// - Parameter unacknowledged: messages that are delivered and not acknowledged. Those of a backlog can be very old
    ///   themselves; what the session before left unacknowledged is among them, since the broker delivers that first.
    mutating func forgettable(
        now: Deadline, millisecondsSince1970: UInt64, unacknowledged: some Sequence<UUID>, limit: Int
    ) -> ForgottenMessages {
        guard hasForgottenOldest else {
            forgetting = 0
            let waiting = unacknowledged.lazy.compactMap(\.millisecondsSince1970).min() ?? .max
            let boundary = min(
                millisecondsSince1970.minus(Self.oldestMilliseconds), waiting.minus(Self.skewMilliseconds))
            return .olderThan(.boundary(millisecondsSince1970: boundary))
        }
        var messages: [UUID] = []
        forgetting = 0
        for entry in acknowledged {
            guard entry.certainAt <= now, messages.isEmpty || messages.count + entry.messages.count <= limit else {
                break
            }
            messages += entry.messages
            forgetting += 1
        }
        return messages.isEmpty ? .nothing : .these(messages)
    }

    /// The transaction has committed.
    mutating func committed() {
        hasForgottenOldest = true
        acknowledged.removeFirst(forgetting)
        forgetting = 0
    }

    mutating func acknowledged(_ messages: [UUID], now: Deadline) {
        acknowledged.append(
            Acknowledged(
                messages: messages, certainAt: now.advanced(byMilliseconds: Self.certainAfterMilliseconds)))
    }
}

extension UInt64 {
    /// Never below zero.
    fileprivate func minus(_ other: UInt64) -> UInt64 { self - Swift.min(self, other) }
}
