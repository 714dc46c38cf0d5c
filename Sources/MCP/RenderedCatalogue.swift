import JSON
import Synchronization

/// A catalogue with its lists as bytes, made for each revision when first asked for and kept: the tool list is the
/// largest and most frequent answer.
package final class RenderedCatalogue: Sendable {
    enum List: String, Hashable { case tools, prompts, templates }

    private struct Key: Hashable {
        let list: List
        let revision: Revision
    }

    package let catalogue: Catalogue
    private let lists = Mutex<[Key: [UInt8]]>([:])

    package init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    func list(_ list: List, for revision: Revision) -> [UInt8] {
        lists.withLock { lists in
            let key = Key(list: list, revision: revision)
            if let bytes = lists[key] { return bytes }
            let bytes = catalogue.list(list, for: revision).bytes
            lists[key] = bytes
            return bytes
        }
    }
}
