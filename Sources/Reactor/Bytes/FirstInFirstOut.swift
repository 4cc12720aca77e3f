/// A queue on one array: what was taken leaves a gap at the front, which is closed when it is as long as the rest.
///
/// So each element is moved once at most, on average, and the array is never longer than twice what waits, also when
/// the queue is never empty.
package struct FirstInFirstOut<Element> {
    private var elements: [Element] = []
    /// The first element not taken yet.
    private var head = 0

    package init() {}

    package var count: Int { elements.count - head }

    /// Elements held in memory, taken ones included.
    package var heldCount: Int { elements.count }

    package mutating func append(_ element: Element) { elements.append(element) }

    package mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        head += 1
        if head >= elements.count - head {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }
}
