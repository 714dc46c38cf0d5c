import Glibc

/// Questions to the file system.
enum SystemFile {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// True where it is certain: a folder that may not be searched may hold it.
    static func isMissing(_ path: String) -> Bool {
        if access(path, F_OK) == 0 { return false }
        let number = errno
        return number == ENOENT || number == ENOTDIR
    }

    /// Why a file that is missing could not be made, as a clause; nil where it could. Makes nothing.
    static func objection(toMaking path: String) -> String? {
        var folder = absolute(path)
        repeat {
            guard let slash = folder.lastIndex(of: "/") else { return nil }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        } while !exists(folder) && folder != "/"
        // The . is there in folders only.
        if access(folder + "/.", W_OK | X_OK) == 0 { return nil }
        return "\(folder): \(String(cString: strerror(errno)))"
    }

    /// The path from the root, so that it means the same in another folder.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }

    /// What comes until the end; nil when it cannot be read, or is longer than `limit`: a part of it is no answer.
    static func all(of descriptor: Int32, limit: Int) -> [UInt8]? {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while all.count <= limit {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return all }
            if count > 0 { all += buffer[..<count] } else if errno != EINTR { return nil }
        }
        return nil
    }

    /// Of a small text file; nil when it cannot be read.
    static func firstLine(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &buffer, buffer.count)
        let line = String(decoding: buffer.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self)
        return line.isEmpty ? nil : line
    }
}
