#!/usr/bin/env bash
# Runs the built tests: a line a suite while it goes, what failed once more at the end, everything in .build/test.log.
#
#   run.sh [FLAG...]   flags go to `swift test`, for example --filter StoreTests
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
log=.build/test.log
export ENVELOPE_TEST_PYTHON="${ENVELOPE_TEST_PYTHON:-$PWD/.venv-mcp2/bin/python}"
"${SWIFT:-swift}" test --skip-build --no-parallel "$@" 2>&1 | tee "$log" | grep -aE --line-buffered '^✔ (Suite|Test run)|✘|error:'
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    printf '\nwhat failed (everything is in %s):\n' "$log"
    grep -aA5 'recorded an issue' "$log" | grep -avE '^◇|^✔' | cut -c1-2000 | head -200 || tail -60 "$log"
fi
exit "$status"
