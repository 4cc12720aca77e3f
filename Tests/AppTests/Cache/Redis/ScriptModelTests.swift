import TestServers
import Testing

@testable import Cache
@testable import Orders

/// What loops and workers tell Redis of one order, in any order and repeated: nothing older than the newest is ever
/// shown, and in the end nothing is pending.
@Suite struct ScriptModelTests {
    private static let sequencesPerCall = 100

    /// A write to the order, by its number from 1.
    private struct Write {
        var isDelete = false
        var isRefused = false
        /// Afterwards the database has this state.
        var isState: Bool { !isDelete && !isRefused }
    }

    private enum Step: Equatable {
        case show(Int)
        case settled(Int, isShown: Bool)
        case created
        case outdated(Int)
        case fill(Int)
    }

    private struct Sequence {
        var writes: [Write]
        var steps: [Step]
        var ttl: Int

        /// As the Lua below reads it.
        var text: String {
            let words = steps.map { step in
                switch step {
                case .show(let number): "s\(number)\(writes[number].isDelete ? "d" : "u")"
                case .settled(let number, let isShown): "a\(number)\(isShown ? 1 : 0)"
                case .created: "c0"
                case .outdated(let number): "o\(number)"
                case .fill(let number): "f\(number)"
                }
            }
            return "\(ttl) " + words.joined(separator: " ")
        }
    }

    @Test("Random sequences", arguments: 1...20)
    func random(seed: Int) throws {
        let order = try OrderInRedis()
        var random = SplitMix(state: UInt64(seed))
        let sequences = (0..<Self.sequencesPerCall).map { _ in Self.sequence(&random) }
        let lines = try order.redis.ask(["EVAL", Self.driver(order), "0"] + sequences.map(\.text))
            .split(separator: "\n").map(String.init)
        try #require(lines.count == sequences.reduce(0) { $0 + $1.steps.count }, "\(lines.first ?? "")")
        var next = 0
        for sequence in sequences {
            var model = Told(writes: sequence.writes, ttl: sequence.ttl)
            for (index, step) in sequence.steps.enumerated() {
                model.note(step)
                let wrong = model.wrong(try #require(Shown(lines[next])))
                next += 1
                if let wrong {
                    Issue.record("\(wrong) after \(sequence.steps[...index]): \(lines[next - 1])")
                    return
                }
            }
        }
    }

    /// The last writes of a sequence are all of its writes', so that nothing may be pending then.
    private static func sequence(_ random: inout SplitMix) -> Sequence {
        let count = Int.random(in: 0...4, using: &random)
        var writes = [Write()]
        for number in 1..<(count + 1) {
            writes.append(
                Write(
                    isDelete: number == count && Bool.random(using: &random),
                    isRefused: Int.random(in: 0..<4, using: &random) == 0))
        }
        let states = writes.indices.filter { writes[$0].isState }
        // A delete that was refused leaves the order as it is; either way the order isn't shown.
        let settled = writes.indices.map { Step.settled($0, isShown: writes[$0].isState) }
        var all: [Step] = [.created] + states.map { .fill($0) } + settled + writes.indices.dropFirst().map { .show($0) }
        all += writes.indices.dropFirst().map { .outdated($0) }
        // Of one that came later it is only said that it is there.
        all += states.dropFirst().map { .settled($0, isShown: false) }
        var steps = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            all.randomElement(using: &random) ?? .created
        }
        let last = [.created] + settled.dropFirst() + writes.indices.dropFirst().map { .show($0) }
        steps += last.shuffled(using: &random)
        return Sequence(writes: writes, steps: steps, ttl: random.next() % 4 == 0 ? 0 : 60)
    }

    /// Runs the real scripts in one call, and tells after each step what the keys hold and how long.
    private static func driver(_ order: OrderInRedis) -> String {
        let scripts: [CacheScript] = [.show, .settled, .created, .outdated, .fill]
        let functions = scripts.map { "local function \($0)(KEYS, ARGV)\n\($0.source)\nend" }
        return functions.joined(separator: "\n") + """

            local id, lines = '\(order.id)', {}
            local order, version = '\(order.pending)', '\(order.version)'
            local detail, detailVersion = '\(order.detail)', '\(order.detailVersion)'
            for i = 1, #ARGV do
                redis.call('DEL', order, version, detail, detailVersion)
                redis.call('SET', order, '0')
                local ttl = string.match(ARGV[i], '^%d+')
                for what, number, more in string.gmatch(ARGV[i], '(%a)(%d)(%w?)') do
                    local state = string.format('01970000%04x0000', number)
                    if what == 's' then show({'lock', order, version}, {'1', state .. more, number, ttl}) end
                    if what == 'a' then settled({}, {ttl, '60000', id, state, more}) end
                    if what == 'c' then created({order}, {ttl}) end
                    if what == 'o' then outdated({}, {'60000', id, state}) end
                    if what == 'f' then fill({detail, detailVersion}, {state, number, '30', '90000'}) end
                    local line = {}
                    for _, key in ipairs({order, version, detail, detailVersion}) do
                        line[#line + 1] = redis.call('GET', key) or '-'
                        line[#line + 1] = redis.call('PTTL', key)
                    end
                    lines[#lines + 1] = table.concat(line, ' ')
                end
            end
            return lines
            """
    }

    /// What the keys hold after a step.
    private struct Shown {
        struct Key {
            /// Of the state; nil when the key isn't there.
            var number: Int?
            var letter: Character?
            /// -1 for ever.
            var milliseconds: Int
        }

        var pending, version, detail, detailVersion: Key

        init?(_ line: String) {
            let words = line.split(separator: " ")
            guard words.count == 8 else { return nil }
            let keys = (0..<4).map { index in
                let value = words[2 * index]
                let digits = value.count < 16 ? value : value.dropFirst(8).prefix(4)
                return Key(
                    number: Int(digits, radix: 16), letter: value.count == 17 ? value.last : nil,
                    milliseconds: Int(words[2 * index + 1]) ?? -3)
            }
            (pending, version, detail, detailVersion) = (keys[0], keys[1], keys[2], keys[3])
        }
    }

    /// What Redis was told so far, and what it may show therefore.
    private struct Told {
        let writes: [Write]
        let ttl: Int
        /// By the number of the write: how it was said to have ended.
        private var settled: [Int: Set<Bool>] = [:]
        private var shown: Set<Int> = []
        private var isCreated = false
        private var newestRead: Int?

        init(writes: [Write], ttl: Int) {
            self.writes = writes
            self.ttl = ttl
        }

        mutating func note(_ step: Step) {
            switch step {
            case .show(let number): shown.insert(number)
            case .settled(let number, let isShown): settled[number, default: []].insert(isShown)
            case .created: isCreated = true
            case .outdated(let number), .fill(let number): newestRead = max(number, newestRead ?? 0)
            }
        }

        /// nil when all is right.
        func wrong(_ found: Shown) -> String? { wrongPending(found) ?? wrongRead(found) }

        private func wrongPending(_ found: Shown) -> String? {
            let (order, version) = (found.pending, found.version)
            guard let newest = shown.union(settled.keys).max() else {
                if version.number != nil { return "a version of nothing" }
                guard isCreated else { return order.number == 0 && order.milliseconds == -1 ? nil : "not pending" }
                return (order.number != nil) == (ttl > 0) && order.milliseconds != -1 ? nil : "not applied"
            }
            if version.number != newest { return "not the newest version" }
            if let number = order.number, number != newest { return "an older order" }
            guard let ends = settled[newest] else {
                let isPending = order.number == newest && order.milliseconds == -1 && version.milliseconds == -1
                return isPending && version.letter == (writes[newest].isDelete ? "d" : "u") ? nil : "not pending"
            }
            if version.letter != "a" && version.letter != "o" || version.milliseconds < 0 { return "still pending" }
            guard order.number != nil else {
                // A state that was told to be in the database, and no write of which the opposite was told, stays.
                return ends == [true] && shown.contains(newest) && ttl > 0 ? "not shown" : nil
            }
            if !writes[newest].isState || ttl == 0 { return "shown although it is over" }
            return (0...version.milliseconds).contains(order.milliseconds) ? nil : "outlives its version"
        }

        private func wrongRead(_ found: Shown) -> String? {
            if found.detailVersion.number != newestRead { return "not the newest version of what was read" }
            guard let number = found.detail.number else { return nil }
            if number != newestRead { return "something older that was read" }
            return (0..<found.detailVersion.milliseconds).contains(found.detail.milliseconds)
                ? nil : "what was read outlives its version"
        }
    }
}

/// SplitMix64, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
