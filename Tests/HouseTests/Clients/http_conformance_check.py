"""Checks MCP over HTTP with the public checker jbt-mcpcheck: every check, every tool, warnings count.

    .venv-mcpcheck/bin/python http_conformance_check.py --binary PATH --db PATH
"""

import argparse
import subprocess
import sys
from pathlib import Path

from http_server import serving

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--binary", required=True, help="path of the envelope program")
parser.add_argument("--db", required=True, help="path of the database to use")
options = parser.parse_args()
with serving(options.binary, options.db) as server:
    found = subprocess.run(
        [str(Path(sys.executable).with_name("jbt-mcpcheck")), server.url + "/mcp", "--probe", "all", "--strict",
         "--legacy-probes", "--no-color"], capture_output=True, text=True)
print(found.stdout)
if found.returncode != 0:
    sys.exit(f"{found.stdout[-4000:]}{found.stderr[-2000:]}")
