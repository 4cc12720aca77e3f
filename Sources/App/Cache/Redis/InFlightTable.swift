/// What was asked and isn't answered yet, by the tags under which the answers come back.
///
/// A ``RedisClient`` takes a tag with each command and gives it back with the reply. Whoever asks puts what the reply
/// is about in here, and takes it out by the tag. So replies may come in any order, and each is matched to its own
/// question.
///
/// A tag is a slot's number and the slot's generation, which goes up whenever the slot is vacated. So a tag fits once:
/// a reply to something that was given up, whose slot may be another's by now, finds nothing. Slots are reused, the
/// last vacated one first: a steady load allocates nothing.
///
/// Whoever uses it from another module gets code for its own `Value`: hence `@inlinable`.
package struct InFlightTable<Value> {
    @usableFromInline package struct Slot {
        /// nil while the slot is vacant.
        @usableFromInline package var value: Value?
        @usableFromInline var generation: UInt32

        @inlinable package init(value: Value?) {
            self.value = value
            generation = 0
        }
    }

    /// So much may be in flight; more is an error of the program.
    @usableFromInline package let limit: Int
    @usableFromInline package var slots: ContiguousArray<Slot> = []
    @usableFromInline var vacant: ContiguousArray<UInt32> = []

    /// The usual limit is more than one client of Redis takes (`RedisSettings.pendingCommands`), which answers each
    /// command that it has taken, at the latest when the connection is lost.
    @inlinable package init(limit: Int = 1 << 17) {
        precondition(limit > 0 && limit < UInt32.max, "no slot may have the number in InFlightTag.nobody")
        self.limit = limit
    }

    @inlinable package var count: Int { slots.count - vacant.count }

    /// Returns the tag to ask under.
    @inlinable package mutating func begin(_ value: consuming Value) -> UInt64 {
        if let index = vacant.popLast() {
            slots[Int(index)].value = value
            return Self.tag(index, slots[Int(index)].generation)
        }
        precondition(slots.count < limit, "more is in flight than can be answered")
        slots.append(Slot(value: value))
        return Self.tag(UInt32(slots.count - 1), 0)
    }

    /// Ends what is in flight under `tag`, and returns it; nil when it has ended before.
    @inlinable package mutating func take(_ tag: UInt64) -> Value? {
        guard let index = index(of: tag) else { return nil }
        slots[index].generation &+= 1
        vacant.append(UInt32(index))
        return slots[index].value.take()
    }

    /// What is in flight under `tag`; nil when it has ended.
    @inlinable package func value(of tag: UInt64) -> Value? {
        guard let index = index(of: tag) else { return nil }
        return slots[index].value
    }

    /// Replaces what is in flight under `tag`, which must not have ended: for a question with several answers.
    @inlinable package mutating func set(_ value: consuming Value, of tag: UInt64) {
        guard let index = index(of: tag) else { preconditionFailure("nothing is in flight under this tag") }
        slots[index].value = value
    }

    @inlinable package func index(of tag: UInt64) -> Int? {
        let index = Int(UInt32(truncatingIfNeeded: tag))
        guard index < slots.count, slots[index].generation == UInt32(tag >> 32), slots[index].value != nil else {
            return nil
        }
        return index
    }

    @inlinable package static func tag(_ index: UInt32, _ generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(index)
    }
}

package enum InFlightTag {
    /// The tag of a question whose answer nobody waits for: no ``InFlightTable`` gives it, and each finds nothing under
    /// it.
    package static let nobody = UInt64.max
}
