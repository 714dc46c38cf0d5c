extension JSON {
    /// The members of an object in the order in which they were written, each name once.
    ///
    /// Up to 32 members are searched in order; beyond that an index answers, so that an object of 100,000
    /// members costs no more for each than a small one. Equality ignores the order.
    package struct Object: Sendable {
        private var members: [(key: String, value: JSON)] = []
        private var index: [CodePoints: Int] = [:]
        private static let searched = 32

        package init() {}

        /// The later of two members with one name takes the place of the earlier.
        package init(_ members: some Sequence<(String, JSON)>) {
            self.members.reserveCapacity(members.underestimatedCount)
            for (name, value) in members { self[name] = value }
        }

        package var names: [String] { members.map(\.key) }

        package mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

        /// The member of that name. Setting nil removes it, in time linear in the number of members.
        package subscript(name: String) -> JSON? {
            get { place(of: name).map { members[$0].value } }
            set {
                switch (place(of: name), newValue) {
                case (let place?, let value?): members[place].value = value
                case (nil, let value?): append(name, value)
                case (let place?, nil): remove(at: place)
                case (nil, nil): break
                }
            }
        }

        /// Adds a member unless the name is taken; false when it was.
        mutating func insert(_ name: String, _ value: JSON) -> Bool {
            if place(of: name) != nil { return false }
            append(name, value)
            return true
        }

        private func place(of name: String) -> Int? {
            let name = CodePoints(name)
            if members.count > Self.searched { return index[name] }
            return members.firstIndex { CodePoints($0.key) == name }
        }

        private mutating func append(_ name: String, _ value: JSON) {
            members.append((name, value))
            if members.count > Self.searched + 1 {
                index[CodePoints(name)] = members.count - 1
            } else if members.count > Self.searched {
                reindex()
            }
        }

        private mutating func remove(at place: Int) {
            members.remove(at: place)
            reindex()
        }

        private mutating func reindex() {
            index.removeAll(keepingCapacity: true)
            if members.count <= Self.searched { return }
            for (place, member) in members.enumerated() { index[CodePoints(member.key)] = place }
        }
    }
}

extension JSON.Object: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }
    package subscript(position: Int) -> (key: String, value: JSON) { members[position] }
    /// Other modules walk the array itself, and not one member after another through a witness.
    package func makeIterator() -> IndexingIterator<[(key: String, value: JSON)]> { members.makeIterator() }
}

extension JSON.Object: Hashable {
    package static func == (one: Self, other: Self) -> Bool {
        one.count == other.count && one.allSatisfy { other[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in self {
            var each = Hasher()
            each.combine(CodePoints(member.key))
            each.combine(member.value)
            sum &+= each.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}
