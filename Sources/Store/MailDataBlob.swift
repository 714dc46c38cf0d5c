import GRDB
import GRDBSQLite

/// Mail data between memory and its pages, with no copy in between: as a value of a statement it would be in memory
/// three times.
extension Database {
    /// Fills mail data that was inserted as zeros of the same length.
    func write(_ octets: [UInt8], ofSend number: Int64) throws {
        try withMailData(of: number, isWritten: true) { blob in
            octets.withUnsafeBytes { sqlite3_blob_write(blob, $0.baseAddress, Int32($0.count), 0) }
        }
    }

    /// The mail data of a send that has some.
    func octets(ofSend number: Int64) throws -> [UInt8] {
        var octets: [UInt8] = []
        try withMailData(of: number, isWritten: false) { blob in
            let count = Int(sqlite3_blob_bytes(blob))
            var code = SQLITE_OK
            octets = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                code = sqlite3_blob_read(blob, buffer.baseAddress, Int32(count), 0)
                filled = code == SQLITE_OK ? count : 0
            }
            return code
        }
        return octets
    }

    private func withMailData(
        of number: Int64, isWritten: Bool, _ body: (OpaquePointer) -> Int32
    ) throws {
        var blob: OpaquePointer?
        let opened = sqlite3_blob_open(
            sqliteConnection, "main", "mail_data", "octets", number, isWritten ? 1 : 0, &blob)
        defer { sqlite3_blob_close(blob) }
        guard opened == SQLITE_OK, let blob else { throw failure(opened, "mail_data") }
        let code = body(blob)
        if code != SQLITE_OK { throw failure(code, "mail_data") }
    }
}
