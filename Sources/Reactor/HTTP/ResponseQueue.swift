/// Puts the answers of one connection into the order of its requests, whatever order the handlers finish in
/// (RFC 9112, section 9.3.2).
///
/// Pure: it holds only answers that came too early; one that is next in line passes straight through.
struct ResponseQueue: ~Copyable {
    /// The number of the request that must be answered next.
    private(set) var nextToSend: UInt32
    /// The number that the next request will get.
    private(set) var nextRequest: UInt32

    /// An answer that came before its turn.
    private struct Early {
        let sequence: UInt32
        var bytes: [UInt8]
    }

    private var early: [Early] = []
    /// What answers take that came before their turn.
    private(set) var heldBytes = 0

    /// Numbers start at 0, but in tests of their end: they wrap around.
    init(firstRequest: UInt32 = 0) {
        nextToSend = firstRequest
        nextRequest = firstRequest
    }

    /// Requests taken and not yet answered.
    var unanswered: Int { Int(nextRequest &- nextToSend) }

    /// Numbers a request.
    mutating func takeRequest() -> UInt32 {
        defer { nextRequest &+= 1 }
        return nextRequest
    }

    /// Whether the answer to `sequence` may leave at once; follow with ``sent()``.
    func isNext(_ sequence: UInt32) -> Bool { sequence == nextToSend }

    /// Whether no request was taken behind `sequence`.
    func isLast(_ sequence: UInt32) -> Bool { sequence &+ 1 == nextRequest }

    /// The answer next in line has been put into the output.
    mutating func sent() {
        precondition(unanswered > 0)
        nextToSend &+= 1
    }

    /// Keeps an answer until those before it are there. Each request is answered once.
    mutating func hold(_ sequence: UInt32, _ bytes: UnsafeRawBufferPointer) {
        precondition(Int(sequence &- nextToSend) < unanswered, "an answer to no request, or a second one")
        heldBytes += bytes.count
        early.append(Early(sequence: sequence, bytes: [UInt8](bytes)))
    }

    /// Adds to an answer that is held: one that is told in pieces.
    mutating func extend(_ sequence: UInt32, _ bytes: UnsafeRawBufferPointer) {
        guard let index = early.firstIndex(where: { $0.sequence == sequence }) else {
            preconditionFailure("no such answer is held")
        }
        heldBytes += bytes.count
        early[index].bytes.append(contentsOf: bytes)
    }

    /// Takes out the held answer that is next in line now, if it is there; follow with ``sent()``.
    mutating func popNext() -> [UInt8]? {
        guard !early.isEmpty, let index = early.firstIndex(where: { $0.sequence == nextToSend }) else { return nil }
        let bytes = early.remove(at: index).bytes
        heldBytes -= bytes.count
        return bytes
    }
}
