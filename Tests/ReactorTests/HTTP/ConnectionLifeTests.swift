import Testing

@testable import Reactor

@Suite("ConnectionLife: its stages")
struct ConnectionLifeTests {
    typealias Stage = ConnectionLife.Stage

    enum Event: CaseIterable {
        case request, lastRequest, refusal, finish, unread, inputEnd, close

        func happen(to life: inout ConnectionLife) {
            switch self {
            case .request: life.requestTaken(isLast: false)
            case .lastRequest: life.requestTaken(isLast: true)
            case .refusal: life.refused()
            case .finish: life.finish()
            case .unread: life.leftUnread()
            case .inputEnd: life.inputEnded()
            case .close: life.close()
            }
        }
    }

    @Test("each event leads from each stage where it should", arguments: Stage.allCases)
    func table(stage: Stage) throws {
        let table: [Stage: [Event: Stage]] = [
            .open: [
                .lastRequest: .finishing, .refusal: .finishingUnread, .finish: .finishing, .inputEnd: .halfClosed,
            ],
            .halfClosed: [
                .lastRequest: .finishingHalfClosed, .refusal: .finishingHalfClosed, .finish: .finishingHalfClosed,
            ],
            .finishing: [.refusal: .finishingUnread, .unread: .finishingUnread, .inputEnd: .finishingHalfClosed],
            .finishingUnread: [.inputEnd: .finishingHalfClosed],
            .finishingHalfClosed: [:], .lingering: [:], .closed: [:],
        ]
        let row = try #require(table[stage])
        for event in Event.allCases {
            var life = ConnectionLife(in: stage)
            event.happen(to: &life)
            // What is not in the table changes nothing; a close ends everything.
            #expect(life.stage == (event == .close ? .closed : row[event] ?? stage), "\(event)")
        }
    }

    @Test("whatever happens, a connection never goes back, and once it takes no request it takes none again")
    func oneWay() {
        var reached: Set<UInt8> = []
        var lives = [ConnectionLife()]
        for _ in 0..<5 {
            lives = lives.flatMap { life in
                Event.allCases.map { event in
                    var next = life
                    event.happen(to: &next)
                    #expect(next.stage.rawValue >= life.stage.rawValue, "\(event) in \(life.stage)")
                    #expect(life.takesRequests || !next.takesRequests)
                    #expect(next.takesRequests || !next.owesContinue)
                    return next
                }
            }
            reached.formUnion(lives.map(\.stage.rawValue))
        }
        // Lingering needs the answers to be sent first, which is no event of this table.
        #expect(reached == Set(Stage.allCases.filter { $0 != .lingering }.map(\.rawValue)))
    }

    @Test("requests are taken to the client's end, answers until our own, and the end of the input is remembered")
    func questions() {
        #expect(Stage.allCases.filter { ConnectionLife(in: $0).takesRequests } == [.open, .halfClosed])
        #expect(Stage.allCases.filter { !ConnectionLife(in: $0).takesAnswers } == [.lingering, .closed])
        #expect(
            Stage.allCases.filter { ConnectionLife(in: $0).inputHasEnded } == [.halfClosed, .finishingHalfClosed])
    }

    // MARK: 100 Continue

    @Test("100 Continue is paid once, and not before what was asked earlier is answered", arguments: [true, false])
    func paysContinue(isHalfClosed: Bool) {
        let life = LifeUnderTest(in: isHalfClosed ? .halfClosed : .open)
        life.after { $0.continueExpected() }
        #expect(!life.payContinue(hasUnanswered: true) && life.owesContinue)
        #expect(life.payContinue())
        #expect(!life.payContinue() && !life.owesContinue)
    }

    @Test(
        "100 Continue is not owed any more when the body has come, or the connection ends",
        arguments: [Event.request, .lastRequest, .refusal, .finish])
    func owesNoContinue(event: Event) {
        let life = LifeUnderTest()
        life.after { $0.continueExpected() }
        life.after { event.happen(to: &$0) }
        #expect(!life.payContinue())
    }

    // MARK: What is due

    @Test("a flush, and a look at deferred requests, is asked for once until it comes")
    func due() {
        let life = LifeUnderTest()
        #expect(life.flushWanted() && !life.flushWanted() && life.isFlushDue)
        life.after { $0.flushBegan() }
        #expect(!life.isFlushDue && life.flushWanted())
        #expect(life.requestsDeferred() && !life.requestsDeferred() && life.hasDeferredRequests)
        life.after { $0.requestsResumed() }
        #expect(!life.hasDeferredRequests && life.requestsDeferred())
    }

    @Test("it is small and holds no reference: there is one for each connection")
    func size() {
        #expect(MemoryLayout<ConnectionLife>.size <= 8 && _isPOD(ConnectionLife.self))
    }
}
