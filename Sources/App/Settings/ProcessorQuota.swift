/// How much processor time the kernel lets this container have, where an engine has set a limit (`docker run --cpus`, a
/// limit of Kubernetes): the processors that it may run on don't show that.
enum ProcessorQuota {
    /// Of the control group that a container sees as its root. Outside of a container there is none, or no limit.
    static func processors() -> Int? { processors { Environment.firstLine(of: $0) } }

    /// Rounded up: a loop that gets half a processor is better than none. nil without a limit.
    static func processors(reading line: (_ path: String) -> String?) -> Int? {
        // cgroups(7), version 2: quota and period in microseconds, or "max" and a period.
        if let limit = line("/sys/fs/cgroup/cpu.max") {
            let parts = limit.split(separator: " ")
            guard parts.count == 2 else { return nil }
            return processors(quota: parts[0], period: parts[1])
        }
        // Version 1; -1 is no limit.
        guard let quota = line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
            let period = line("/sys/fs/cgroup/cpu/cpu.cfs_period_us")
        else { return nil }
        return processors(quota: quota[...], period: period[...])
    }

    private static func processors(quota: Substring, period: Substring) -> Int? {
        guard let quota = Int(quota), let period = Int(period), quota > 0, period > 0 else { return nil }
        return (quota - 1) / period + 1
    }
}
