import Foundation
import JSON
import Testing

/// The official JSON Schema test suite, revision 2020-12: a file for each keyword, found beside the repository.
struct SuiteTests {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/json-schema-suite").standardizedFileURL

    static let keywords = [
        "additionalProperties", "anyOf", "boolean_schema", "const", "enum", "exclusiveMaximum",
        "exclusiveMinimum",
        "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength",
        "minProperties",
        "minimum", "oneOf", "properties", "required", "type", "uniqueItems",
    ]

    /// Keywords that stand in the suite's schemas and that are refused here.
    static let unsupported: Set<String> = [
        "$comment", "$defs", "$ref", "allOf", "dependentSchemas", "not", "pattern", "patternProperties",
        "prefixItems",
        "propertyNames",
    ]

    struct Group {
        let name: String
        let schema: JSON
        let tests: [JSON]
    }

    /// The groups of a file; `$schema`, which every one has and we refuse, is taken off.
    static func groups(of file: String) throws -> [Group] {
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "\(file).json")))
        return try #require(try JSON(parsing: bytes).array).map { group in
            var schema = try #require(group["schema"])
            if var object = schema.object {
                object["$schema"] = nil
                schema = .object(object)
            }
            return Group(
                name: try #require(group["description"]?.string), schema: schema,
                tests: try #require(group["tests"]?.array))
        }
    }

    @Test("the official suite agrees on every schema that loads", arguments: keywords)
    func agreement(file: String) throws {
        var ran = 0
        for group in try Self.groups(of: file) {
            guard let schema = try? Schema(group.schema) else { continue }
            for test in group.tests {
                let value = try #require(test["data"])
                let violations = schema.validate(value)
                #expect(
                    violations.isEmpty == test["valid"]?.bool,
                    "\(file): \(group.name): \(test["description"]?.string ?? ""): \(violations)")
                ran += 1
            }
        }
        #expect(ran > 0)
    }

    @Test("a schema of the suite is refused only for a keyword that we do not support", arguments: keywords)
    func refusal(file: String) throws {
        for group in try Self.groups(of: file) {
            do {
                _ = try Schema(group.schema)
            } catch {
                #expect(Self.unsupported.contains(error.keyword), "\(file): \(group.name): \(error)")
            }
        }
    }

    @Test("every schema with pattern is refused by name")
    func pattern() throws {
        for group in try Self.groups(of: "pattern") {
            let error = #expect(throws: SchemaError.self) { try Schema(group.schema) }
            #expect(error?.keyword == "pattern")
        }
    }

    @Test("at least 410 cases of the suite run")
    func floor() throws {
        var ran = 0
        for file in Self.keywords {
            for group in try Self.groups(of: file) where (try? Schema(group.schema)) != nil {
                ran += group.tests.count
            }
        }
        #expect(ran >= 410, "\(ran) ran")
    }
}
