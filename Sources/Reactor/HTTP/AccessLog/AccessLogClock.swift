/// The time in lines of the access log, `[22/Nov/2026:21:33:53 +0000]`, formatted once for each second.
struct AccessLogClock: ~Copyable {
    private var text = ByteBuffer()
    private var second = Int.min

    /// - Parameter second: since 1970-01-01T00:00:00Z.
    init(second: Int) { update(second: second) }

    mutating func update(second: Int) {
        guard second != self.second else { return }
        self.second = second
        let second = max(0, second)
        let date = CivilDate(daysSinceEpoch: second / 86_400)
        let names: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        text.removeAll()
        text.append(byte: UInt8(ascii: "["))
        text.append(decimal: UInt64(date.day), width: 2)
        text.append(byte: UInt8(ascii: "/"))
        // Proof: a month is 1 to 12, and each name has three letters.
        text.append(UnsafeRawBufferPointer(start: names.utf8Start + (date.month - 1) * 3, count: 3))
        text.append(byte: UInt8(ascii: "/"))
        text.append(decimal: UInt64(date.year), width: 4)
        for part in [second / 3600 % 24, second / 60 % 60, second % 60] {
            text.append(byte: UInt8(ascii: ":"))
            text.append(decimal: UInt64(part), width: 2)
        }
        text.append(" +0000]")
    }

    func append(to buffer: inout ByteBuffer) { buffer.append(text.bytes) }
}
