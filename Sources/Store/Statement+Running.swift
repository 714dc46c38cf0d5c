import GRDB
import GRDBSQLite
import Mail

/// A value on its way into a statement, made on the caller's thread.
enum Parameter: Sendable {
    case null
    case number(Int64)
    case text(String)
    /// A few: they are copied.
    case octets([UInt8])
    /// So many octets that are written afterwards.
    case zeros(Int)

    static func number(_ value: Int) -> Parameter { .number(Int64(value)) }
    static func text(orNull value: String?) -> Parameter { value.map { .text($0) } ?? .null }
}

/// The row that a statement stands at, its columns counted from 0; good until the statement goes on.
struct Columns {
    fileprivate let handle: OpaquePointer

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func number(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func int(_ column: Int32) -> Int { Int(number(column)) }

    /// Empty for NULL.
    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let length = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
    }

    func text(orNull column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// A column that holds one word of a closed list.
    func word<Word: RawRepresentable>(_ column: Int32, _ type: Word.Type) throws -> Word
    where Word.RawValue == String {
        let text = text(column)
        guard let word = Word(rawValue: text) else {
            throw StoreError.corrupt("an unknown word stands for \(type): \(text.prefix(40))")
        }
        return word
    }

    func sendID(_ column: Int32) throws -> SendID {
        let text = text(column)
        guard let id = SendID(text) else { throw StoreError.corrupt("id holds \(text.prefix(40))") }
        return id
    }

    /// Nil for NULL.
    func time(_ column: Int32) throws -> Timestamp? {
        isNull(column) ? nil : try requiredTime(column)
    }

    func requiredTime(_ column: Int32) throws -> Timestamp {
        let text = text(column)
        guard let time = Timestamp(rfc3339: text) else {
            throw StoreError.corrupt("a time should stand here: \(text.prefix(40))")
        }
        return time
    }

    /// A column that holds JSON; nil for NULL.
    func coded<Value: Decodable>(_ column: Int32, _ type: Value.Type) throws -> Value? {
        isNull(column) ? nil : try Coding.value(type, text(column))
    }

    /// A column that holds a JSON array of strings; most are empty, and a decoder costs 20 µs.
    func strings(_ column: Int32) throws -> [String] {
        let text = text(column)
        return text == "[]" ? [] : try Coding.value([String].self, text)
    }

    func address(_ column: Int32) throws -> Address { try Self.address(text(column)) }

    static func address(_ text: String) throws -> Address {
        do {
            return try Address(parsing: text)
        } catch {
            throw StoreError.corrupt("an address should stand here: \(text.prefix(80))")
        }
    }

    /// Empty for NULL.
    func octets(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        let length = Int(sqlite3_column_bytes(handle, column))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: length))
    }
}

/// Statements of the queue's way, run by SQLite's own functions: GRDB's checks and copies of every value and its
/// observers, of which there are none, were a third of the writer's time.
extension Database {
    /// Runs a statement that gives no row.
    ///
    /// - Returns: the rows that it changed.
    @discardableResult
    func run(_ sql: String, _ values: Parameter...) throws -> Int { try run(sql, values) }

    @discardableResult
    func run(_ sql: String, _ values: [Parameter]) throws -> Int {
        try each(sql, values) { _ in }
        return Int(sqlite3_changes(sqliteConnection))
    }

    /// What `read` makes of the first row; nil when there is none.
    func first<Value>(
        _ sql: String, _ values: Parameter..., read: (Columns) throws -> Value
    ) throws -> Value? {
        try first(sql, values, read: read)
    }

    func first<Value>(
        _ sql: String, _ values: [Parameter], read: (Columns) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try each(sql, values) { columns in if value == nil { value = try read(columns) } }
        return value
    }

    /// What `read` makes of each row.
    func all<Value>(
        _ sql: String, _ values: [Parameter], read: (Columns) throws -> Value
    ) throws -> [Value] {
        var all: [Value] = []
        try each(sql, values) { all.append(try read($0)) }
        return all
    }

    func each(_ sql: String, _ values: [Parameter], _ body: (Columns) throws -> Void) throws {
        let handle = try cachedStatement(sql: sql).sqliteStatement
        // All that SQLite is to read lies in one block while it runs: by itself it makes a block for each value.
        try withUnsafeTemporaryAllocation(byteCount: values.reduce(1) { $0 + $1.octets }, alignment: 1) {
            room in
            bind(values, to: handle, in: room)
            defer {
                sqlite3_reset(handle)
                sqlite3_clear_bindings(handle)
            }
            while true {
                switch sqlite3_step(handle) {
                case SQLITE_ROW: try body(Columns(handle: handle))
                case SQLITE_DONE: return
                case let code: throw failure(code, sql)
                }
            }
        }
    }

    func failure(_ code: Int32, _ sql: String) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(sqliteConnection)),
            sql: sql)
    }

    private func bind(_ values: [Parameter], to handle: OpaquePointer, in room: UnsafeMutableRawBufferPointer)
    {
        var free = room[...]
        func put(_ octets: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
            let place = UnsafeMutableRawBufferPointer(rebasing: free)
            place.copyMemory(from: octets)
            free = free.dropFirst(octets.count)
            return UnsafeRawPointer(place.baseAddress)
        }
        for (place, value) in zip(Int32(1)..., values) {
            switch value {
            case .null: sqlite3_bind_null(handle, place)
            case .number(let number): sqlite3_bind_int64(handle, place, number)
            case .text(var text):
                text.withUTF8 { octets in
                    let start = put(UnsafeRawBufferPointer(octets))?.assumingMemoryBound(to: CChar.self)
                    _ = sqlite3_bind_text(handle, place, start, Int32(octets.count), nil)
                }
            case .octets(let octets):
                octets.withUnsafeBytes { _ = sqlite3_bind_blob(handle, place, put($0), Int32($0.count), nil) }
            case .zeros(let count): sqlite3_bind_zeroblob(handle, place, Int32(count))
            }
        }
    }
}

extension Parameter {
    /// Octets that SQLite has to find in memory.
    fileprivate var octets: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .octets(let octets): octets.count
        case .null, .number, .zeros: 0
        }
    }
}
