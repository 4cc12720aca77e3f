import Cache
import Orders
import Reactor

/// Orders as a shop has them, made up: the same seed gives the same customers, items and statuses, under new ids.
struct FakeOrders: ~Copyable {
    private var random: SplitMix
    private var ids: UUIDv7Generator

    init(randomSeed: UInt64, ids: consuming UUIDv7Generator) {
        random = SplitMix(state: randomSeed)
        self.ids = ids
    }

    /// Appends the jobs that create `count` orders, as one message of its own.
    mutating func append(_ count: Int, to batch: inout JobBatch) {
        let now = WallClock.nanoseconds()
        let message = batch.messages.count
        batch.messages.append(ids.next(nanosecondsSince1970: now))
        for _ in 0..<count {
            let order = ids.next(nanosecondsSince1970: now)
            batch.jobs.append(
                Job(
                    kind: .createOrder, id: order, orderID: order, customerName: appendName(to: &batch.text),
                    status: append(Self.statuses[pick(Self.statuses.count)], to: &batch.text),
                    items: appendItems(to: &batch), message: message, source: .empty))
        }
    }

    private mutating func appendName(to text: inout ByteBuffer) -> ByteRange {
        let start = text.count
        text.append(Self.firstNames[pick(Self.firstNames.count)])
        text.append(byte: UInt8(ascii: " "))
        text.append(Self.lastNames[pick(Self.lastNames.count)])
        return ByteRange(start: start, count: text.count - start)
    }

    /// One to four; most orders have one or two.
    private mutating func appendItems(to batch: inout JobBatch) -> Range<Int> {
        let first = batch.items.count
        for _ in 0...min(pick(4), pick(4)) {
            let product = append(Self.products[pick(Self.products.count)], to: &batch.text)
            batch.items.append(OrderItem(name: product, quantity: Int32(1 + min(pick(12), pick(12)))))
        }
        return first..<batch.items.count
    }

    private func append(_ words: StaticString, to text: inout ByteBuffer) -> ByteRange {
        let start = text.count
        text.append(words)
        return ByteRange(start: start, count: text.count - start)
    }

    /// 0..<count, evenly enough for made-up things.
    private mutating func pick(_ count: Int) -> Int {
        Int(random.next().multipliedFullWidth(by: UInt64(count)).high)
    }

    private static let firstNames: [StaticString] = [
        "Ada", "Alan", "Amara", "Anouk", "Barbara", "Björn", "Chen", "Dennis", "Donald", "Edsger", "Fatima", "Grace",
        "Hedy", "Ingrid", "Jamal", "Jürgen", "Katherine", "Ken", "Leslie", "Linus", "Mai", "Margaret", "Niklaus",
        "Olga",
        "Priya", "Radia", "Rosa", "Sofía", "Tariq", "Tony", "Yuki", "Zoë",
    ]

    private static let lastNames: [StaticString] = [
        "Almeida", "Andersen", "Bauer", "Brown", "Castillo", "Dubois", "Eriksson", "Fischer", "García", "Haddad",
        "Ivanova", "Jansen", "Kim", "Kowalski", "Lindqvist", "Martin", "Müller", "Nakamura", "Novak", "O'Connor",
        "Okafor",
        "Patel", "Quinn", "Rossi", "Santos", "Schmidt", "Tanaka", "Turner", "Virtanen", "Wang", "Yilmaz", "Zimmermann",
    ]

    private static let products: [StaticString] = [
        "A5 notebook, dotted", "AA batteries (8)", "Backpack 20 l", "Bicycle bell", "Bread knife", "Candle, beeswax",
        "Ceramic teapot", "Chef's apron", "Coffee beans 1 kg", "Cutting board, oak", "Desk lamp", "Earl Grey 100 g",
        "Espresso cup", "Extension lead 3 m", "Fountain pen", "Garden gloves", "Hot-water bottle", "Ink, blue-black",
        "Jam jar 250 ml", "Kitchen scale", "LED bulb E27", "Mixing bowl", "Olive oil 500 ml", "Picture frame A4",
        "Rain jacket", "Sunflower seeds", "Tea towel, linen", "Toolbox", "Umbrella", "USB-C cable 2 m", "Wall clock",
        "Wool blanket",
    ]

    /// Those that are more common are here more often.
    private static let statuses: [StaticString] = [
        "delivered", "delivered", "delivered", "delivered", "shipped", "shipped", "processing", "processing",
        "received",
        "received", "received", "cancelled",
    ]
}
