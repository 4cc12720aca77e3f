/// When a transaction that failed is tried again at once, by the one who tried. Later retries are the worker's.
protocol TransactionRetries {
    associatedtype Failure: TransactionFailure

    /// For a batch of which nothing has failed yet.
    init()

    /// Counts the failure, and decides what follows from it.
    mutating func decide(after failure: Failure) -> RetryDecision
}

enum RetryDecision: Equatable {
    /// After a pause of this many milliseconds.
    case again(afterMilliseconds: ClosedRange<UInt32>)
    case giveUp
}
