import JSON
import Synchronization

/// A catalogue with its tool list as bytes, made for each revision when first asked for and kept: the list is the
/// largest and most frequent answer.
package final class RenderedCatalogue: Sendable {
    package let catalogue: Catalogue
    private let toolLists = Mutex<[Revision: [UInt8]]>([:])

    package init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    func toolList(for revision: Revision) -> [UInt8] {
        toolLists.withLock { lists in
            if let list = lists[revision] { return list }
            let list = catalogue.listToolsResult(for: revision).bytes
            lists[revision] = list
            return list
        }
    }
}
