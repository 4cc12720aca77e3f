import Reactor

/// The keys of one order (docs/contract.md section 4).
enum OrderKey {
    case pending, detail, lock, early, lease

    /// The hash of the newest pending writes.
    static let marks: StaticString = "temp_jobs"

    /// When this Redis began to remember idempotency keys. No key of a client can have that name: theirs have a colon there.
    static let keysSince: StaticString = "orders:idempotency_since"

    private var prefix: StaticString {
        switch self {
        case .pending: "temp_order:"
        case .detail: "orders:detail:"
        case .lock: "temp_lock:"
        case .early: "temp_early:"
        case .lease: "orders:lease:"
        }
    }

    static func append(_ key: OrderKey, _ id: UUID, to command: inout RedisCommand) {
        command.beginArgument()
        command.appendPiece(key.prefix)
        command.appendPiece(id)
        command.endArgument()
    }
}

extension RedisCommand {
    /// The lower-case text form, as a piece of an argument.
    mutating func appendPiece(_ id: UUID) {
        withUnsafeTemporaryAllocation(byteCount: UUID.textLength, alignment: 8) { room in
            id.write(to: room)
            appendPiece(UnsafeRawBufferPointer(room))
        }
    }

    /// The lower-case text form, as an argument.
    mutating func append(uuid id: UUID) {
        beginArgument()
        appendPiece(id)
        endArgument()
    }
}
