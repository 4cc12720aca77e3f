import Testing

@testable import Cache

@Suite struct InFlightTableTests {
    private func slot(_ tag: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: tag) }

    @Test("What was asked is found by its tag, once, in whatever order the answers come")
    func order() {
        var table = InFlightTable<String>()
        let tags = ["a", "b", "c", "d"].map { table.begin($0) }
        #expect(Set(tags).count == 4 && table.count == 4)
        #expect(table.take(tags[2]) == "c")
        #expect(table.take(tags[0]) == "a")
        #expect(table.take(tags[3]) == "d")
        #expect(table.take(tags[1]) == "b")
        #expect(tags.allSatisfy { table.take($0) == nil } && table.count == 0)
    }

    @Test("Slots are reused, the last vacated one first, and never under an old tag")
    func reuse() {
        var table = InFlightTable<Int>()
        let old = (0..<3).map { table.begin($0) }
        _ = table.take(old[0])
        _ = table.take(old[2])
        let new = (10..<13).map { table.begin($0) }
        #expect(new.map(slot) == [2, 0, 3])
        #expect(Set(old).isDisjoint(with: new))
        #expect(new.map { table.take($0) } == [10, 11, 12] && table.take(old[1]) == 1)
    }

    @Test("A late answer to what was given up finds nothing, although the slot is another's by now")
    func lateAnswer() {
        var table = InFlightTable<String>()
        let old = table.begin("given up")
        #expect(table.take(old) == "given up")
        let new = table.begin("new")
        #expect(slot(old) == slot(new) && old != new)
        #expect(table.value(of: old) == nil && table.take(old) == nil)
        #expect(table.take(new) == "new")
    }

    @Test("What has several answers stays under its tag until it is taken")
    func severalAnswers() {
        var table = InFlightTable<(name: String, answers: Int)>()
        let other = table.begin(("other", 1))
        let tag = table.begin(("three", 3))
        for left in [2, 1] {
            let value = table.value(of: tag)
            table.set((value?.name ?? "", (value?.answers ?? 0) - 1), of: tag)
            #expect(table.value(of: tag)?.answers == left)
        }
        #expect(table.take(tag)?.name == "three" && table.value(of: tag) == nil)
        #expect(table.take(other)?.name == "other")
    }

    @Test("Nothing is in flight under a tag that nobody was given")
    func unknown() {
        var table = InFlightTable<Int>()
        #expect(table.take(InFlightTag.nobody) == nil && table.take(0) == nil)
        let tag = table.begin(1)
        #expect(table.take(InFlightTag.nobody) == nil && table.take(tag + 1) == nil && table.take(tag | 1 << 32) == nil)
        #expect(table.take(tag) == 1)
    }

    @Test("A full table is full, and takes more when something has ended")
    func limit() {
        var table = InFlightTable<Int>(limit: 3)
        var tags = (0..<3).map { table.begin($0) }
        for number in 3..<100 {
            #expect(table.take(tags.removeFirst()) == number - 3)
            tags.append(table.begin(number))
            #expect(slot(tags[2]) < 3)
        }
    }

    @Test("An array that was in flight is given back alone: it can be emptied and used again without a copy")
    func ownership() {
        var table = InFlightTable<[Int]>()
        var questions: [Int] = []
        questions.reserveCapacity(100)
        questions.append(1)
        let address = questions.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        let tag = table.begin(questions)
        questions = []
        guard var taken = table.take(tag) else {
            Issue.record("nothing in flight")
            return
        }
        taken.removeAll(keepingCapacity: true)
        taken.append(2)
        #expect(taken.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) } == address)
    }
}
