import CEpoll

/// Memory of the process, as its threads share it.
package enum Heap {
    /// One heap for all threads, which grows in large steps. Orders are allocated by one thread and freed by another,
    /// so heaps of their own would not keep threads apart anyway. Before the first thread starts.
    package static func shareAmongThreads() { cepoll_share_heap() }
}
