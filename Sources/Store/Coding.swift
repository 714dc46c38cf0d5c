import GRDB
import Mail

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Values as JSON text in a column.
enum Coding {
    static func text(_ value: some Encodable) throws -> String { try encoded(value) }

    private static func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The same for a list; most are empty, and an encoder costs 10 µs.
    static func text(_ list: [String]) throws -> String {
        list.isEmpty ? "[]" : try encoded(list)
    }

    static func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw StoreError.corrupt("a column should hold JSON of \(type): \(text.prefix(80))")
        }
    }
}

extension Row {
    /// A column that holds a time.
    func time(_ column: String) throws -> Timestamp? {
        guard let text: String = self[column] else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw StoreError.corrupt("\(column) should hold a time: \(text.prefix(40))")
        }
        return time
    }

    /// A column that always holds a time.
    func requiredTime(_ column: String) throws -> Timestamp {
        guard let time = try time(column) else { throw StoreError.corrupt("\(column) is empty") }
        return time
    }

    /// A column that holds one word of a closed list.
    func word<Word: RawRepresentable>(_ column: String, _ type: Word.Type) throws -> Word
    where Word.RawValue == String {
        let text: String = self[column]
        guard let word = Word(rawValue: text) else {
            throw StoreError.corrupt("\(column) holds the unknown word \(text.prefix(40))")
        }
        return word
    }

    /// A column that holds JSON.
    func coded<Value: Decodable>(_ column: String, _ type: Value.Type) throws -> Value? {
        guard let text: String = self[column] else { return nil }
        return try Coding.value(type, text)
    }
}
