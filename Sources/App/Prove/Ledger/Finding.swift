/// What a read says about the promises.
enum Finding: Hashable, Sendable {
    /// It shows write number `write`, and that may be.
    case fits(write: Int, isGone: Bool)
    /// It shows what a read of before, or an acknowledged write, had replaced.
    case older(String)
    /// It shows a write of unknown fate that turned up behind a later write, which was acknowledged.
    case late(String)
    /// There is nothing, though the creation was acknowledged and no delete was sent.
    case missing
    /// It shows what was never written.
    case wrong(String)
    /// There are two orders for one creation.
    case doubled(String)

    var fits: Bool { if case .fits = self { true } else { false } }

    /// What was shown instead of what should have been; empty where it fits.
    var sentence: String {
        switch self {
        case .fits: ""
        case .older(let text), .late(let text), .wrong(let text), .doubled(let text): text
        case .missing: "404, and no delete was sent"
        }
    }
}
