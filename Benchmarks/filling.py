"""A database of any number of sends, copied in SQL from a few that the program itself recorded.

Every table that belongs to a send is copied with it, column by column as the schema names them, so that the copies
stay right when columns are added. What has to be unique, or tells the copies apart, is made anew. A million take less
than a minute: nothing is checked or made safe on the way, and the indexes come last.
"""

import contextlib
import sqlite3
import time

# As many of each rare kind in a small database as in a large one: a page of them is as long in both.
RARE = 200
RARE_ACCOUNT = "rare"
RARE_RECIPIENT = "rare@example.com"
COMMON_RECIPIENT = "common@example.com"
SPAN_MILLISECONDS = 30 * 86_400_000
NEVER = "2099-01-01T00:00:00.000Z"

PLAN = """
INSERT INTO temp.plan (n, number, id, created_at, template, account, address)
WITH RECURSIVE numbers (n, ms) AS (
    SELECT 0, :start UNION ALL SELECT n + 1, :start + (n + 1) * :span / :total FROM numbers WHERE n + 1 < :total)
SELECT n, ms << 20, printf('%08x-%04x-7000-8000-%012x', ms >> 16, ms & 65535, n),
    strftime('%Y-%m-%dT%H:%M:%S', ms / 1000, 'unixepoch') || printf('.%03dZ', ms % 1000),
    CASE n % :step WHEN 0 THEN :failed WHEN 3 THEN :queued ELSE :sent END,
    CASE n % :step WHEN 1 THEN :rare_account END,
    CASE WHEN n % :step = 2 THEN :rare_to WHEN n / 7 % 2 = 0 THEN :common_to ELSE printf('reader%07d@example.com', n) END
FROM numbers
"""

# How a copy's columns differ from those of its template; all others are the same.
DIFFERENT = {
    ("sends", "id"): "plan.id",
    ("sends", "message_id"): "'<' || plan.id || '@example.com>'",
    ("sends", "created_at"): "plan.created_at",
    ("sends", "account_id"): "coalesce(plan.account, t.account_id)",
    ("sends", "to_addr"): "plan.address",
    ("sends", "next_attempt_at"): f"CASE WHEN t.next_attempt_at IS NOT NULL THEN '{NEVER}' END",
    ("sends", "give_up_at"): f"'{NEVER}'",
    ("recipients", "address"): "plan.address",
}


def fill(path, total, templates):
    """Replaces what the database holds by so many copies of the sends whose ids `templates` gives by status."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", "cache_size = -200000",
                       "temp_store = MEMORY", "ignore_check_constraints = ON"):
            database.execute(f"PRAGMA {pragma}").fetchall()
        # Made again when all is there: an index is sorted once instead of touched for each row.
        later = database.execute("""SELECT type, name, sql FROM sqlite_master
            WHERE type = 'trigger' OR type = 'index' AND sql IS NOT NULL AND sql NOT LIKE 'CREATE UNIQUE %'""").fetchall()
        for kind, name, _ in later:
            database.execute(f'DROP {kind} "{name}"')
        database.execute("BEGIN")
        add_account(database)
        numbers = {status: database.execute("SELECT number FROM sends WHERE id = ?", (id,)).fetchone()[0]
                   for status, id in templates.items()}
        database.execute("""CREATE TEMP TABLE plan (
            n INTEGER PRIMARY KEY, number INTEGER, id TEXT, created_at TEXT, template INTEGER, account TEXT, address TEXT)""")
        database.execute(PLAN, {
            "total": total, "step": total // RARE, "span": SPAN_MILLISECONDS,
            "start": int(time.time() * 1000) - SPAN_MILLISECONDS, "rare_account": RARE_ACCOUNT,
            "rare_to": RARE_RECIPIENT, "common_to": COMMON_RECIPIENT, **numbers})
        copied = [("sends", "number")] + belonging(database)
        for table, key in copied:
            copy(database, table, key)
        for table, key in reversed(copied):
            database.execute(f'DELETE FROM "{table}" WHERE "{key}" IN (?, ?, ?)', tuple(numbers.values()))
        for _, _, sql in later:
            database.execute(sql)
        database.execute("COMMIT")
    finally:
        database.close()
    # A journal mode is kept in the file: it has to be the program's again.
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL").fetchall()


def belonging(database):
    """The tables that refer to sends, each with the column that does."""
    tables = [name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [(table, key[3]) for table in tables
            for key in database.execute(f'PRAGMA foreign_key_list("{table}")') if key[2] == "sends"]


def copy(database, table, key):
    unique = unique_columns(database, table)
    names, values = [], []
    # (position, name, type, not null, default, primary key, hidden)
    for _, name, _, _, _, _, hidden in database.execute(f'PRAGMA table_xinfo("{table}")').fetchall():
        if hidden:
            continue
        names.append(f'"{name}"')
        if name == key:
            values.append("plan.number")
        elif (table, name) in DIFFERENT:
            values.append(DIFFERENT[table, name])
        elif name in unique:
            values.append(f't."{name}" || plan.n')
        else:
            values.append(f't."{name}"')
    # In the order of the plan, which is the order of the keys: every row goes to the end.
    database.execute(
        f'INSERT INTO "{table}" ({", ".join(names)}) SELECT {", ".join(values)} '
        f'FROM temp.plan CROSS JOIN "{table}" t ON t."{key}" = plan.template')


def unique_columns(database, table):
    """Those that no two rows share, each alone."""
    found = set()
    for _, index, is_unique, *_ in database.execute(f'PRAGMA index_list("{table}")').fetchall():
        columns = [column[2] for column in database.execute(f'PRAGMA index_info("{index}")')]
        if is_unique and len(columns) == 1:
            found.add(columns[0])
    return found


def add_account(database):
    """A second account like the first."""
    columns = [column[1] for column in database.execute("PRAGMA table_info(accounts)")]
    changed = [f"'{RARE_ACCOUNT}'" if name in ("id", "name") else f'"{name}"' for name in columns]
    database.execute(
        f'INSERT INTO accounts ({", ".join(columns)}) SELECT {", ".join(changed)} FROM accounts LIMIT 1')
