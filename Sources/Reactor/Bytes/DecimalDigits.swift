/// The text of numbers, eight digits at a time.
enum DecimalDigits {
    /// Eight zeros.
    static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// The eight digits of a number below 100,000,000, the first one in the lowest byte.
    ///
    /// The number is parted into halves, these into pairs and these into digits, side by side in one word. To divide by
    /// 100 and by 10 it multiplies and shifts. That is exact for these halves (up to 9,999 * 10,486 / 2 ** 20) and
    /// pairs (up to 99 * 103 / 2 ** 10), and no product reaches into its neighbour.
    @inline(__always)
    static func eight(_ number: UInt64) -> UInt64 {
        assert(number < 100_000_000)
        let (front, back) = number.quotientAndRemainder(dividingBy: 10_000)
        let halves = front | back << 32
        let hundreds = ((halves &* 10_486) >> 20) & 0x0000_007F_0000_007F
        let pairs = hundreds | (halves &- hundreds &* 100) << 16
        let tens = ((pairs &* 103) >> 10) & 0x000F_000F_000F_000F
        return (tens | (pairs &- tens &* 10) << 8) | zeros
    }
}
