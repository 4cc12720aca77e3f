/// What became of one command. A view of memory that the next reply takes over: valid during the call that lends it.
package struct RedisReply: ~Copyable {
    package enum Kind: UInt8, Sendable {
        /// The connection was given up: the command may have run, may run yet, or may never have arrived.
        case unknown
        case null
        case status
        case error
        case integer
        case string
        case array
    }

    private let arena: ReplyArena?
    private let node: ReplyArena.Node
    private let generation: UInt64

    init(_ arena: ReplyArena, node: ReplyArena.Node) {
        self.arena = arena
        self.node = node
        generation = arena.generation
    }

    private init() {
        arena = nil
        node = ReplyArena.Node(kind: .unknown)
        generation = 0
    }

    /// The reply to a command that was given up.
    package static var unknown: RedisReply { RedisReply() }

    package var kind: Kind { node.kind }

    /// The value of an integer reply; 0 of any other.
    package var integer: Int64 { node.kind == .integer ? Int64(node.start) : 0 }

    /// The number of elements of an array; 0 of any other.
    package var count: Int { node.kind == .array ? node.count : 0 }

    /// The bytes of a string, a status or an error; empty for any other.
    package var bytes: UnsafeRawBufferPointer {
        switch node.kind {
        case .string, .status, .error: current.bytes(of: node)
        case .unknown, .null, .integer, .array: UnsafeRawBufferPointer(start: nil, count: 0)
        }
    }

    /// For cold paths: ``bytes`` as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// One element of an array.
    package subscript(index: Int) -> RedisReply {
        precondition(index >= 0 && index < count)
        return RedisReply(current, node: current.child(index, of: node))
    }

    private var current: ReplyArena {
        guard let arena, arena.generation == generation else { preconditionFailure("a reply was kept after its call") }
        return arena
    }
}

/// Who is told what became of a command. Called on the loop's thread, exactly once for each command that was taken.
package protocol RedisReplyHandler: AnyObject {
    /// - Parameter tag: what the sender gave.
    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64)
}
