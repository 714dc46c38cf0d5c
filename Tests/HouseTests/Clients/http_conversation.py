"""Runs a check of an MCP client library against the program's HTTP endpoint, as `conversation` does over stdio."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from conversation import DEADLINE_SECONDS, Mismatch, leaf, look_into_sandbox
from http_server import serving


def arguments(description, modes=()):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binary", required=True, help="path of the envelope program")
    parser.add_argument("--db", required=True, help="path of the database to use")
    if modes:
        parser.add_argument("--mode", choices=modes, default=modes[0], help="how to agree on the protocol version")
    return parser.parse_args()


def run(options, check):
    """Serves, runs `check(options, url)` to its end, and looks into the sandbox; the server must then end with 0."""
    try:
        with serving(options.binary, options.db) as server:
            saw = asyncio.run(asyncio.wait_for(check(options, server.url + "/mcp"), DEADLINE_SECONDS))
        look_into_sandbox(Path(options.db + ".sandbox"), saw)
        print(json.dumps(saw))
    except TimeoutError:
        sys.exit(f"no end within {DEADLINE_SECONDS} s")
    except Mismatch as mismatch:
        sys.exit(f"mismatch: {mismatch}")
    except BaseExceptionGroup as group:
        mismatch, _ = group.split(Mismatch)
        sys.exit(f"mismatch: {leaf(mismatch)}" if mismatch else f"failed: {leaf(group)!r}")
    except Exception as error:
        sys.exit(f"failed: {error!r}")
