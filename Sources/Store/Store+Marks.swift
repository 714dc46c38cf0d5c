import GRDB

extension Store {
    /// A word that is another one after anything about the send has changed; nil when there is none of that id.
    ///
    /// Reads on the caller's thread, some 30 µs: made to be asked again and again.
    package func mark(of id: SendID) throws -> String? {
        try look { db in
            try String.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT state || ' ' || attempts || ' ' || delivery || ' '
                            || (SELECT count(*) FROM events WHERE send = sends.number)
                        FROM sends WHERE id = ?
                        """), arguments: [id.text])
        }
    }

    /// Ids that begin with these characters, newest first.
    package func ids(beginningWith prefix: String, limit: Int) throws -> [SendID] {
        try look { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT id FROM sends WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?"),
                // No character of an id sorts behind `g`.
                arguments: [prefix, prefix + "g", limit]
            ).map(sendID)
        }
    }
}
