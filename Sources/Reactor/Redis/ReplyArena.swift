import CHiredis
import Glibc

/// Where hiredis' reader puts one reply: elements in one array, text in one buffer, used again for the next reply.
///
/// hiredis' own functions make two allocations for each element of a reply, and an MGET has hundreds. To hiredis an
/// object is an opaque pointer: the root is a real (empty) `redisReply`, since hiredis looks into that one itself; any
/// other is the index of its node.
final class ReplyArena {
    struct Node {
        var kind: RedisReply.Kind
        /// Offset of the text, index of the first child, or the integer itself.
        var start = 0
        /// Bytes of text, or children.
        var count = 0
    }

    /// Text memory that is kept from one reply to the next.
    private static let keptBytes = 1 << 20
    private static let keptNodes = 1 << 14

    private var nodes = ContiguousArray<Node>()
    private var text = ByteBuffer()
    private let elementLimit: Int
    /// Changes with every reply.
    private(set) var generation: UInt64 = 0
    /// An array had more elements than the limit allows.
    private(set) var hasOverflowed = false

    /// What hiredis takes for the reply.
    private let root: UnsafeMutablePointer<redisReply>
    private let refusal: UnsafeMutablePointer<CChar>
    private static let refusalSize = 128
    /// Is a command waiting for its reply?
    private let isExpected: () -> Bool

    /// hiredis keeps the address of its function table.
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>

    init(elementLimit: Int, isExpected: @escaping () -> Bool) {
        self.elementLimit = elementLimit
        self.isExpected = isExpected
        root = .allocate(capacity: 1)
        root.initialize(to: redisReply())
        refusal = .allocate(capacity: Self.refusalSize)
        functions = .allocate(capacity: 1)
        functions.initialize(to: Self.table)
    }

    deinit {
        root.deallocate()
        refusal.deallocate()
        functions.deallocate()
    }

    /// Makes `reader` put its replies here. The arena must outlive it.
    func attach(to reader: UnsafeMutablePointer<redisReader>) {
        reader.pointee.fn = functions
        reader.pointee.privdata = Unmanaged.passUnretained(self).toOpaque()
        // hiredis would throw its input buffer away whenever it is empty and larger than this.
        reader.pointee.maxbuf = Self.keptBytes
    }

    /// The whole reply, when hiredis hands it out.
    var reply: RedisReply {
        RedisReply(self, node: nodes[0])
    }

    func bytes(of node: Node) -> UnsafeRawBufferPointer {
        // Written by `setText`, which put that many bytes there; nothing is taken away before the generation changes.
        UnsafeRawBufferPointer(rebasing: text.bytes[node.start..<node.start + node.count])
    }

    func child(_ index: Int, of node: Node) -> Node { nodes[node.start + index] }

    // MARK: What the reader calls

    private func begin() {
        generation &+= 1
        if nodes.count > Self.keptNodes { nodes = [] } else { nodes.removeAll(keepingCapacity: true) }
        if text.allocatedBytes > 2 * Self.keptBytes { text.release() } else { text.removeAll() }
        nodes.append(Node(kind: .null))
        root.pointee.type = REDIS_REPLY_NIL
        root.pointee.str = nil
    }

    /// The place of the object that `task` reads: its index, and hiredis' name for it.
    private func place(_ task: redisReadTask) -> (index: Int, object: UnsafeMutableRawPointer) {
        guard let parent = task.parent else {
            begin()
            return (0, UnsafeMutableRawPointer(root))
        }
        let above = parent.pointee.obj == UnsafeMutableRawPointer(root) ? 0 : Int(bitPattern: parent.pointee.obj)
        let number = Int(task.idx)
        precondition(nodes[above].kind == .array && number >= 0 && number < nodes[above].count)
        let index = nodes[above].start + number
        // Never null: index 0 is the root's.
        return (index, UnsafeMutableRawPointer(bitPattern: index)!)
    }

    private func setText(_ task: redisReadTask, _ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawPointer {
        let (index, object) = place(task)
        let kind: RedisReply.Kind =
            switch task.type {
            case REDIS_REPLY_STATUS: .status
            case REDIS_REPLY_ERROR: .error
            default: .string
            }
        nodes[index] = Node(kind: kind, start: text.count, count: bytes.count)
        text.append(bytes)
        if task.parent == nil { refuseUnexpected(kind == .error ? bytes : nil) }
        return object
    }

    private func setInteger(_ task: redisReadTask, _ value: Int64) -> UnsafeMutableRawPointer {
        let (index, object) = place(task)
        nodes[index] = Node(kind: .integer, start: Int(value))
        if task.parent == nil { refuseUnexpected(nil) }
        return object
    }

    private func setNull(_ task: redisReadTask) -> UnsafeMutableRawPointer {
        let (index, object) = place(task)
        nodes[index] = Node(kind: .null)
        if task.parent == nil { refuseUnexpected(nil) }
        return object
    }

    private func setArray(_ task: redisReadTask, _ count: Int) -> UnsafeMutableRawPointer? {
        let (index, object) = place(task)
        guard count >= 0, nodes.count + count <= elementLimit else {
            hasOverflowed = true
            return nil
        }
        nodes[index] = Node(kind: .array, start: nodes.count, count: count)
        nodes.append(contentsOf: repeatElement(Node(kind: .null), count: count))
        if task.parent == nil { refuseUnexpected(nil) }
        return object
    }

    /// hiredis aborts the process at a reply that no command waits for, unless that looks like an error: then it ends
    /// the connection.
    private func refuseUnexpected(_ error: UnsafeRawBufferPointer?) {
        guard !isExpected() else { return }
        root.pointee.type = REDIS_REPLY_ERROR
        root.pointee.str = refusal
        let literal: StaticString = "the server sent a reply that no command had asked for"
        let text =
            error ?? UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        let room = UnsafeMutableRawBufferPointer(start: refusal, count: Self.refusalSize)
        let kept = text.prefix(Self.refusalSize - 1)
        room.copyBytes(from: kept)
        room[kept.count] = 0
    }

    // MARK: The table of C functions

    private static func arena(_ task: UnsafePointer<redisReadTask>?) -> (ReplyArena, redisReadTask) {
        // The reader passes a task on its own stack, with the privdata that `attach` set.
        let task = task!.pointee
        return (Unmanaged<ReplyArena>.fromOpaque(task.privdata!).takeUnretainedValue(), task)
    }

    private static var table: redisReplyObjectFunctions {
        redisReplyObjectFunctions(
            createString: { task, bytes, count in
                let (arena, task) = ReplyArena.arena(task)
                return arena.setText(task, UnsafeRawBufferPointer(start: bytes, count: count))
            },
            createArray: { task, count in
                let (arena, task) = ReplyArena.arena(task)
                return arena.setArray(task, Int(count))
            },
            createInteger: { task, value in
                let (arena, task) = ReplyArena.arena(task)
                return arena.setInteger(task, value)
            },
            createNil: { task in
                let (arena, task) = ReplyArena.arena(task)
                return arena.setNull(task)
            },
            // The memory is used again by the next reply.
            freeObject: { _ in })
    }
}
