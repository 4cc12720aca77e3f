/// What an order may hold (docs/contract.md section 1). Texts are counted in Unicode scalars, as the SQL columns count
/// them.
enum OrderLimits {
    static let customerNameScalars = 80
    static let itemNameScalars = 80
    static let statusScalars = 20
    static let items = 100
    static let quantity = 1...2_147_483_647
    /// Orders in one POST /orders/batch.
    static let batchOrders = 1000

    /// Whether `text`, valid UTF-8, is 1 to `maximum` scalars long.
    static func holds(_ text: UnsafeRawBufferPointer, maximum: Int) -> Bool {
        guard !text.isEmpty else { return false }
        // A scalar is 1 to 4 bytes, so that only a text between these bounds has to be counted.
        guard text.count > maximum else { return true }
        guard text.count <= maximum * 4 else { return false }
        var scalars = 0
        // Each scalar has one byte that is not a continuation byte, 0b10xxxxxx.
        for byte in text where byte & 0xC0 != 0x80 { scalars += 1 }
        return scalars <= maximum
    }
}
