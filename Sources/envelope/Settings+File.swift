import Glibc
import JSON

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Settings {
    /// Why a settings file cannot be used, in words for a person: what the reader of the file says names no place in it.
    static func unreadable(_ path: String, _ error: any Error) -> String {
        if access(path, R_OK) != 0 {
            return "The settings file \(path) cannot be read: \(String(cString: strerror(errno)))."
        }
        guard let octets = FileManager.default.contents(atPath: path).map(Array.init) else {
            return "The settings file \(path) cannot be read."
        }
        do throws(JSONError) {
            let json = try JSON(parsing: octets)
            return json.object == nil
                ? "The settings file \(path) is not a JSON object, as {\"smtp\": {\"url\": \"…\"}} is."
                : "The settings file \(path) cannot be used: \(error)."
        } catch {
            let line = octets.prefix(error.offset).count { $0 == 0x0A } + 1
            return "The settings file \(path) is not JSON: \(error.reason) in line \(line)."
        }
    }
}
