package import Reactor

// What Redis does in one step, so that nobody else's step falls in between, is a script (EVALSHA;
// https://redis.io/docs/latest/commands/eval). A file in Scripts is a case of CacheScript, which the build makes.

extension RedisCommand {
    /// Begins a call of `script`; its keys and then its arguments follow.
    package mutating func begin(_ script: CacheScript) {
        guard let count = script.keyCount else { preconditionFailure("\(script) takes any number of keys") }
        removeAll()
        append(decimal: UInt64(count))
    }

    /// Begins a call of a script that takes any number of keys.
    package mutating func begin(_ script: CacheScript, keys count: Int) {
        assert(script.keyCount == nil, "\(script) takes as many keys as its file says")
        removeAll()
        append(decimal: UInt64(count))
    }
}

extension RedisClient {
    /// Runs `script`; `command` was begun for it and has its keys and its arguments.
    package func send(
        _ script: CacheScript, _ command: borrowing RedisCommand, handler: any RedisReplyHandler, tag: UInt64
    ) -> Bool {
        assert(script.takes(command.argumentCount), "\(script) takes other keys and arguments than these")
        return sendScript(RedisScript(index: script.rawValue), command, handler: handler, tag: tag)
    }
}

extension CacheScript {
    /// Whether a call may have so many words: the number of keys, the keys, the arguments.
    fileprivate func takes(_ words: Int) -> Bool {
        guard let keyCount else { return true }
        guard let argumentCount else { return words > keyCount }
        return words == 1 + keyCount + argumentCount
    }
}
