import Glibc
import Synchronization
import Testing

@testable import Reactor

@Suite("Mailbox")
struct MailboxTests {
    /// How often the wake-up descriptor was written since it was read last.
    private func wakeUps<Message>(_ mailbox: borrowing Mailbox<Message>) -> UInt64 {
        var count: UInt64 = 0
        return read(mailbox.descriptor, &count, 8) == 8 ? count : 0
    }

    @Test("many posts cost one wake-up, until they have been taken")
    func oneWakeUp() throws {
        let mailbox = try Mailbox<Int>(capacity: 1000)
        for number in 0..<1000 { #expect(mailbox.post(number)) }
        #expect(wakeUps(mailbox) == 1)
        var messages: [Int] = []
        mailbox.drain(into: &messages)
        #expect(messages == Array(0..<1000))
        #expect(mailbox.post(7) && wakeUps(mailbox) == 1)
    }

    @Test("a full mailbox refuses, keeps what it has, and takes again when it was emptied")
    func bounded() throws {
        let mailbox = try Mailbox<Int>(capacity: 3)
        #expect((0..<5).map { mailbox.post($0) } == [true, true, true, false, false])
        var messages: [Int] = []
        mailbox.drain(into: &messages)
        #expect(messages == [0, 1, 2])
        #expect(mailbox.post(9))
        messages.removeAll()
        mailbox.drain(into: &messages)
        #expect(messages == [9])
    }

    @Test("a mailbox for nothing takes nothing, and draining an empty one gives nothing")
    func nothing() throws {
        let mailbox = try Mailbox<Int>(capacity: 0)
        #expect(!mailbox.post(1) && wakeUps(mailbox) == 0)
        var messages: [Int] = []
        mailbox.drain(into: &messages)
        mailbox.drain(into: &messages)
        #expect(messages.isEmpty)
    }

    @Test("a loop is woken for the first message, and not again once it has drained")
    func readiness() throws {
        let loop = try EventLoop()
        let mailbox = try Mailbox<Int>(capacity: 10)
        let reader = Reader(mailbox)
        _ = try loop.register(mailbox.descriptor, .read, reader)
        for number in 0..<10 { _ = mailbox.post(number) }
        for _ in 0..<3 { loop.turnNow() }
        #expect(reader.taken == Array(0..<10) && reader.wakeUps == 1)
    }

    private final class Reader: EventHandler {
        private let mailbox: Mailbox<Int>
        private var messages: [Int] = []
        var taken: [Int] = []
        var wakeUps = 0

        init(_ mailbox: Mailbox<Int>) { self.mailbox = mailbox }

        func descriptorReady(_ ready: Reactor.Readiness) {
            wakeUps += 1
            mailbox.drain(into: &messages)
            taken += messages
            messages.removeAll(keepingCapacity: true)
        }
    }

    @Test("of eight threads that post to one loop nothing is lost, doubled, or out of a thread's order")
    func eightThreads() throws {
        let (threadCount, messagesEach) = (8, 5000)
        let loop = try EventLoop()
        // Small, so that senders find it full again and again.
        let mailbox = try Mailbox<Int>(capacity: 64)
        let reader = Reader(mailbox)
        _ = try loop.register(mailbox.descriptor, .read, reader)
        let threads = (0..<threadCount).map { thread in
            Reactor.Thread(name: "sender-\(thread)") {
                for number in 0..<messagesEach {
                    while !mailbox.post(thread << 32 | number) { sched_yield() }
                }
            }
        }
        let deadline = Deadline.now().advanced(byMilliseconds: 30_000)
        // A lost wake-up would leave the loop asleep here while messages wait.
        while reader.taken.count < threadCount * messagesEach, Deadline.now() < deadline {
            loop.turn(longestWaitMilliseconds: 10_000)
        }
        try #require(reader.taken.count == threadCount * messagesEach)
        for thread in threads { thread.join() }
        for thread in 0..<threadCount {
            let numbers = reader.taken.filter { $0 >> 32 == thread }.map { $0 & 0xffff_ffff }
            #expect(numbers.elementsEqual(0..<messagesEach))
        }
        #expect(reader.wakeUps <= reader.taken.count)
    }
}
