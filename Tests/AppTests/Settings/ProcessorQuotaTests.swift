import Testing

@testable import Settings

@Suite("The processor time that a container may have") struct ProcessorQuotaTests {
    private func processors(_ files: [String: String]) -> Int? { ProcessorQuota.processors { files[$0] } }

    @Test(
        "Control groups of version 2",
        arguments: [
            ("200000 100000", 2), ("150000 100000", 2), ("50000 100000", 1), ("1000 100000", 1), ("100001 100000", 2),
            ("max 100000", nil), ("", nil), ("200000", nil), ("0 100000", nil), ("200000 0", nil), ("a b", nil),
        ] as [(String, Int?)])
    func unified(line: String, expected: Int?) {
        #expect(processors(["/sys/fs/cgroup/cpu.max": line]) == expected)
    }

    @Test(
        "Control groups of version 1",
        arguments: [("200000", 2), ("100001", 2), ("25000", 1), ("-1", nil)] as [(String, Int?)])
    func legacy(quota: String, expected: Int?) {
        let files = [
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": quota, "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
        ]
        #expect(processors(files) == expected)
    }

    @Test("Where there are none there is no limit") func none() { #expect(processors([:]) == nil) }
}
