/// Puts the answers of one connection into the order of its requests, whatever order the handlers finish in
/// (RFC 9112, section 9.3.2).
///
/// Pure: it holds only answers that came too early; one that is next in line passes straight through.
struct ResponseQueue: ~Copyable {
    /// The number of the request that must be answered next.
    private(set) var nextToSend: UInt32 = 0
    /// The number that the next request will get.
    private(set) var nextRequest: UInt32 = 0

    /// An answer that came before its turn.
    private struct Early {
        let sequence: UInt32
        let bytes: [UInt8]
    }

    private var early: [Early] = []

    /// Requests taken and not yet answered.
    var unanswered: Int { Int(nextRequest &- nextToSend) }

    /// Numbers a request.
    mutating func takeRequest() -> UInt32 {
        defer { nextRequest &+= 1 }
        return nextRequest
    }

    /// Whether the answer to `sequence` may leave at once; follow with ``sent()``.
    func isNext(_ sequence: UInt32) -> Bool { sequence == nextToSend }

    /// The answer next in line has been put into the output.
    mutating func sent() {
        precondition(unanswered > 0)
        nextToSend &+= 1
    }

    /// Keeps an answer until those before it are there.
    mutating func hold(_ sequence: UInt32, _ bytes: UnsafeRawBufferPointer) {
        early.append(Early(sequence: sequence, bytes: [UInt8](bytes)))
    }

    /// Takes out the held answer that is next in line now, if it is there; follow with ``sent()``.
    mutating func popNext() -> [UInt8]? {
        guard !early.isEmpty, let index = early.firstIndex(where: { $0.sequence == nextToSend }) else { return nil }
        return early.remove(at: index).bytes
    }
}
