import Orders

// A line is the time in seconds, a word for the event, the number of the order, and what else the event has:
//
//     12.345 patch 17 3
//     12.351 ok 17 3
extension JournalLine {
    /// Raised when a journal of before could not be read any more.
    private static let format = "format=1"

    /// Without its line feed.
    var text: String {
        let thousandths = String(milliseconds % 1_000)
        let time = "\(milliseconds / 1_000).\(String(repeating: "0", count: 3 - thousandths.count))\(thousandths)"
        return "\(time) \(event.words)"
    }

    /// nil for what is no line of a journal.
    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
        guard let time = words.first, let milliseconds = Self.milliseconds(time),
            let event = JournalEvent(words.dropFirst())
        else { return nil }
        self.init(milliseconds, event)
    }

    private static func milliseconds(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 3, let seconds = Int(parts[0]), let thousandths = Int(parts[1]),
            (0..<1 << 40).contains(seconds), thousandths >= 0
        else { return nil }
        return seconds * 1_000 + thousandths
    }

    fileprivate static func isThisFormat(_ word: String) -> Bool { word == format }

    fileprivate static func run(_ name: String) -> String { "run \(name) \(format)" }
}

extension JournalEvent {
    fileprivate var words: String {
        switch self {
        case .run(let name): JournalLine.run(name)
        case .creating(let order, let isKeyed): "create \(order)\(isKeyed ? " keyed" : "")"
        case .created(let order, let id): "created \(order) \(id)"
        case .repeating(let order): "repeat \(order)"
        case .writing(let order, let write, let change): "\(change.rawValue) \(order) \(write)"
        case .acknowledged(let order, let write): "ok \(order) \(write)"
        case .refused(let order, let write): "refused \(order) \(write)"
        case .unknown(let order, let write, let fate): "unknown \(order) \(write) \(fate.rawValue)"
        case .seen(let order, let write, let isGone): "seen \(order) \(write)\(isGone ? " gone" : "")"
        case .found(let order, let id): "found \(order) \(id)"
        case .ended: "end"
        }
    }

    fileprivate init?(_ words: ArraySlice<String>) {
        var words = words
        let verb = words.popFirst()
        if verb == "run" {
            guard words.count == 2, let name = words.popFirst(), words.allSatisfy(JournalLine.isThisFormat) else {
                return nil
            }
            self = .run(name)
            return
        }
        if verb == "end", words.isEmpty {
            self = .ended
            return
        }
        guard let verb, let order = words.popFirst().flatMap(Self.number) else { return nil }
        self.init(verb, order, Array(words))
    }

    private init?(_ verb: String, _ order: Int, _ rest: [String]) {
        let write = rest.first.flatMap(Self.number)
        let isAlone = rest.count == 1
        switch verb {
        case "create" where rest.isEmpty || rest == ["keyed"]: self = .creating(order: order, isKeyed: !rest.isEmpty)
        case "repeat" where rest.isEmpty: self = .repeating(order: order)
        case "created", "found":
            guard isAlone, let id = UUID(string: rest[0]) else { return nil }
            self = verb == "found" ? .found(order: order, id: id) : .created(order: order, id: id)
        case "patch", "delete", "ok", "refused":
            guard isAlone, let write else { return nil }
            switch verb {
            case "patch": self = .writing(order: order, write: write, .patch)
            case "delete": self = .writing(order: order, write: write, .delete)
            case "ok": self = .acknowledged(order: order, write: write)
            default: self = .refused(order: order, write: write)
            }
        case "unknown":
            guard rest.count == 2, let write, let fate = UnknownFate(rawValue: rest[1]) else { return nil }
            self = .unknown(order: order, write: write, fate)
        case "seen":
            guard let write, isAlone || rest.dropFirst() == ["gone"] else { return nil }
            self = .seen(order: order, write: write, isGone: !isAlone)
        default: return nil
        }
    }

    private static func number(_ text: String) -> Int? {
        guard let number = Int(text), (0..<1 << 40).contains(number) else { return nil }
        return number
    }
}

extension UUID {
    init?(string: String) {
        let id = Array(string.utf8).withUnsafeBytes { UUID(text: $0) }
        guard let id else { return nil }
        self = id
    }
}
