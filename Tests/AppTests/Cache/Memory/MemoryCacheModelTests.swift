import Testing

@Suite("MemoryCache: random sequences")
struct MemoryCacheModelTests {
    @Test("Thousands of random sequences: the cache does what plain dictionaries do, and no answer is older than asked")
    func sequences() {
        for seed in UInt64(1)...1000 {
            var run = RandomCacheRun(seed: seed)
            for _ in 0..<200 where run.failure == nil { run.step() }
            if run.failure == nil { run.finish() }
            guard let failure = run.failure else { continue }
            Issue.record("seed \(seed): \(failure)\n\(run.log.suffix(60).joined(separator: "\n"))")
            return
        }
    }
}
