"""Plays the scenarios of the public conformance suite against the everything server.

    python3 everything_suite.py --binary PATH [--transport stdio|http] [--revision 2026-07-28] [SCENARIO ...]

Needs the Python package jsonschema. Prints a line for each scenario and one for the whole; ends with 1 when any has
failed. A warning is what the public suite would warn about, too.
"""

import argparse
import sys
import traceback

import everything_basics
import everything_extras
import everything_modern
import everything_rounds
import everything_tools
from everything_http import HTTPServer, HTTPWire
from everything_scenarios import Look, chosen
from everything_stdio import StdioWire
from everything_wire import LEGACY, MODERN, Broken, faults

# Each of them adds its scenarios as it is loaded.
PARTS = (everything_basics, everything_tools, everything_modern, everything_rounds, everything_extras)


def play(one, wire, kind):
    """Runs one scenario on a wire of its own; what failed, what was warned about, how much was checked."""
    hello = []

    def connect():
        hello.append(wire.connect())
        return hello[0]

    look = Look(wire, kind, connect)
    try:
        if one.name != "server-initialize":
            connect()
        one.run(look)
        wire.close()
    except Broken as broken:
        look.failed.append(str(broken))
    except Exception:
        # Something that a later step relied on was not there.
        look.failed.append(traceback.format_exc(limit=-2))
    return look


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, help="path of the everything server")
    parser.add_argument("--transport", choices=("stdio", "http"), default="http")
    parser.add_argument("--revision", choices=(MODERN, *LEGACY), default=MODERN)
    parser.add_argument("scenarios", nargs="*", help="all, unless some are named")
    options = parser.parse_args()
    scenarios, elsewhere = chosen(options.revision, options.transport, options.scenarios)
    if not scenarios:
        sys.exit("there is no such scenario in this revision")
    try:
        server = HTTPServer(options.binary) if options.transport == "http" else None
    except (Broken, OSError) as error:
        sys.exit(f"failed: {error}")
    looks = []
    try:
        for one in scenarios:
            wire = (HTTPWire(server.port, options.revision) if server else StdioWire(options.binary, options.revision))
            looks.append((one, play(one, wire, options.transport)))
    except OSError as error:
        sys.exit(f"failed: {error}")
    finally:
        if server:
            server.close()
    cases = [case for _, look in looks for case in look.wire.cases]
    # All at once is quick; whose messages are at fault is looked up only if there is a fault.
    if faults(cases):
        for _, look in looks:
            look.failed += [f"against the schema: {fault}" for fault in faults(look.wire.cases)]
    sys.exit(report(looks, elsewhere, f"{options.transport} {options.revision}"))


def report(looks, elsewhere, title):
    """Prints the verdicts; the exit status."""
    verdicts = {}
    for one, look in looks:
        verdicts[one.name] = "fail" if look.failed else "warn" if look.warned else "pass"
        print(f"{verdicts[one.name]} {one.name}{' (not scored)' if one.extra else ''}")
        for what in look.failed + look.warned:
            print(f"     {what}")
    for name in elsewhere:
        print(f"none {name}: HTTP only")
    scored = [verdicts[one.name] for one, _ in looks if not one.extra]
    failed, warned = (list(verdicts.values()).count(verdict) for verdict in ("fail", "warn"))
    checks, messages = sum(look.checks for _, look in looks), sum(len(look.wire.cases) for _, look in looks)
    print(f"{title}: {len(scored) - scored.count('fail')} of {len(scored)} scored scenarios, {failed} failed, "
          f"{warned} with warnings, {checks} checks, {messages} messages held against the schema")
    return 1 if failed else 0


main()
