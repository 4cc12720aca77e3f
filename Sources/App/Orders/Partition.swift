extension UUID {
    /// Which of `count` partitions carries the jobs of this order: the same on every instance and after every restart,
    /// so that the jobs of one order stay in one queue and keep their order.
    func partition(of count: Int) -> Int {
        // Both words are mixed, since ids that other services made may be random in either.
        var mixed = (high ^ low) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        return Int(mixed % UInt64(count))
    }
}
