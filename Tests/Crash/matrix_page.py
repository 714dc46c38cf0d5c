"""The crash matrix as text for a terminal and as a page."""

import moments

HEAD = """# The crash matrix

`make crash-matrix` writes this page. Do not edit it.

A debug build serves an agent on a fresh database. One message is sent, and the process dies by SIGKILL at a named
moment: by itself (`ENVELOPE_STOP_AT`), or by the hand of the submission server, before it answers. Then another process
(`envelope drain`) finishes what is left, and the server is asked what it took. It is a test server on loopback that
counts a message as taken before it says so. A retry that would be due in a minute is made due at once.

What must hold, and was checked for each row:

- **Not lost.** What the server did not take is `queued` or `failed` in the record, and `failed` only when in doubt.
- **Not doubled.** The server takes a Message-ID at most once for a recipient.
- **In doubt only where nobody can know.** `unconfirmed` (`partial`, when another recipient has it already) exactly from
  the commit of the gate until the end is recorded: `{doubt}`.
  Everywhere else the send ends as `accepted`.
- The moment was reached: the process died by SIGKILL, and the gate was committed by then exactly where it should be.
- `envelope track` says what the database says; `integrity_check` and `foreign_key_check` find nothing.

Columns: how often the server took the message, for each recipient; how many final dots with this Message-ID reached it;
then what the record says.
"""


def page(rows):
    """The whole page; the same for the same behaviour."""
    doubt = [name for table in (moments.OWN, moments.PEERS) for name, entry in table.items()
             if entry[0] is moments.DOUBT]
    text = HEAD.format(doubt="`, `".join(doubt))
    for key, variant in moments.VARIANTS.items():
        of_variant = [row for row in rows if row.case.variant == key]
        if of_variant:
            text += f"\n## {variant.title}\n\n{variant.words}\n\n{_markdown(of_variant)}"
    deaths, doubled = len(rows), sum(max(row.taken) > 1 for row in rows)
    lost = sum(bool(row.faults) for row in rows)
    return text + f"\n{deaths} deaths, {lost} lost, {doubled} doubled.\n"


def _markdown(rows):
    lines = ["| killed by | moment | what it is | taken | dots | status | state | events |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        lines.append(f"| {_by(row)} | `{row.case.moment}` | {row.case.words} | {_taken(row)} | {row.dots} "
                     f"| {row.status} | `{row.state}` | {' '.join(row.events)} |")
    return "\n".join(lines) + "\n"


def table(rows):
    """For a terminal."""
    cells = [("variant", "by", "moment", "taken", "dots", "status", "state", "events")]
    cells += [(row.case.variant, _by(row), row.case.moment, _taken(row), str(row.dots), row.status, row.state,
               " ".join(row.events)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in cells)


def _by(row):
    return "itself" if row.case.by == "own" else "the server"


def _taken(row):
    return ", ".join(map(str, row.taken)) or "-"
