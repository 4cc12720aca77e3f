package import Orders
import Reactor

extension RedisCommand {
    package mutating func append(key: RedisKey) { append(key.name) }

    /// A key of the order `id`.
    package mutating func append(key prefix: RedisKey.Prefix, _ id: UUID) {
        beginArgument()
        appendPiece(prefix.text)
        appendPiece(id)
        appendPiece(prefix.suffix)
        endArgument()
    }

    package mutating func append(claimOf key: IdempotencyKey) {
        beginArgument()
        appendPiece(RedisKey.Prefix.claim.text)
        key.bytes.withUnsafeBytes { appendPiece($0) }
        endArgument()
    }

    package mutating func append(pageOf query: ListQuery, version: [UInt8]) {
        beginArgument()
        appendPiece(RedisKey.Prefix.page.text)
        version.withUnsafeBytes { appendPiece($0) }
        appendPiece(pageOf: query)
        endArgument()
    }

    /// What follows the version in a page's key: nothing for the first page of usual length (docs/contract.md section
    /// 4).
    package mutating func appendPiece(pageOf query: ListQuery) {
        guard query.limit != ListQuery.defaultLimit || query.after != nil || query.status != nil else { return }
        appendPiece(":")
        appendPiece(decimal: UInt64(query.limit))
        appendPiece(":")
        if let after = query.after { appendPiece(decimal: UInt64(after)) }
        appendPiece(":")
        query.status?.withUnsafeBytes { appendPiece($0) }
    }

    /// 16 hexadecimal digits, as an argument.
    package mutating func append(version: OrderVersion) {
        beginArgument()
        appendPieces { $0.append(hex: version) }
        endArgument()
    }

    // MARK: Order ids

    /// The lower-case text form, as a piece of an argument.
    package mutating func appendPiece(_ id: UUID) {
        withUnsafeTemporaryAllocation(byteCount: UUID.textLength, alignment: 8) { room in
            id.write(to: room)
            appendPiece(UnsafeRawBufferPointer(room))
        }
    }

    /// The lower-case text form, as an argument.
    package mutating func append(uuid id: UUID) {
        beginArgument()
        appendPiece(id)
        endArgument()
    }
}
