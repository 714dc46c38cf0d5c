#!/usr/bin/env bash
# Installs what the program is measured against: Postfix, and .venv-bench, the Python server's virtual environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
wanted="mcp==2.3.0"

# The tests' installer knows how to install Postfix without starting it.
[[ -x /usr/sbin/smtp-source ]] || Tests/Peers/install.sh ||
    echo "install: there is no Postfix; the figures that it is the measure of will say so" >&2

[[ -x .venv-bench/bin/python && -f .venv-bench/.complete && $(<.venv-bench/.complete) == "$wanted" ]] && exit 0
printf 'install: making .venv-bench with %s\n' "$wanted"
rm -rf .venv-bench
python3 -m venv .venv-bench || {
    echo "install: python3 -m venv failed; on Debian it needs the package python3-venv" >&2
    exit 1
}
.venv-bench/bin/python -m pip install --quiet "$wanted"
# Compiled once here, so that no measured start pays for it.
.venv-bench/bin/python -m compileall -q .venv-bench/lib >/dev/null || true
printf '%s' "$wanted" >.venv-bench/.complete
