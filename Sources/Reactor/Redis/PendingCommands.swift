/// Commands that were sent and have no reply yet, oldest first: replies come in the order of the commands.
struct PendingCommands: ~Copyable {
    enum Origin {
        case command(any RedisReplyHandler, tag: UInt64)
        case handshake
        case ping
        case role
        case kill(RedisFence.Connection)
        /// Its reply has been handed out.
        case none
    }

    struct Entry {
        var origin: Origin
        let deadline: Deadline
    }

    private var entries = ContiguousArray<Entry>()
    private var head = 0
    /// How many of them somebody outside waits for.
    private(set) var commands = 0

    var count: Int { entries.count - head }

    /// When the oldest one must have been answered.
    var deadline: Deadline? { head < entries.count ? entries[head].deadline : nil }

    mutating func append(_ origin: Origin, deadline: Deadline) {
        if case .command = origin { commands += 1 }
        entries.append(Entry(origin: origin, deadline: deadline))
    }

    mutating func popFirst() -> Origin? {
        guard head < entries.count else { return nil }
        let origin = entries[head].origin
        if case .command = origin { commands -= 1 }
        entries[head].origin = .none
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024 && head * 2 > entries.count {
            // A pipeline that never runs dry: each entry is moved once at most for each one that went.
            entries.removeSubrange(0..<head)
            head = 0
        }
        return origin
    }
}
