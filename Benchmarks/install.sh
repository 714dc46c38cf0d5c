#!/usr/bin/env bash
# Installs what the program is measured with and against: wrk, Postfix, and a virtual environment for each Python
# server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 DEBIAN_FRONTEND=noninteractive

# A virtual environment that holds what is named; a stamp with the same names means it is complete.
environment() {
    local folder=$1 wanted="${*:2}"
    [[ -x $folder/bin/python && -f $folder/.complete && $(<"$folder/.complete") == "$wanted" ]] && return 0
    printf 'install: making %s with %s\n' "$folder" "$wanted"
    rm -rf "$folder"
    python3 -m venv "$folder" || {
        echo "install: python3 -m venv failed; on Debian it needs the package python3-venv" >&2
        exit 1
    }
    "$folder/bin/python" -m pip install --quiet "${@:2}"
    # Compiled once here, so that no measured start pays for it.
    "$folder/bin/python" -m compileall -q "$folder/lib" >/dev/null || true
    printf '%s' "$wanted" >"$folder/.complete"
}

# The load tool of the HTTP figures, from Debian.
load_tool() {
    command -v wrk >/dev/null && return 0
    local -a as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo -n) || return 1
    fi
    echo "install: installing wrk"
    ${as_root[@]+"${as_root[@]}"} apt-get -qq update &&
        ${as_root[@]+"${as_root[@]}"} apt-get -qq install --yes --no-install-recommends wrk >/dev/null
}

# The tests' installer knows how to install Postfix without starting it.
[[ -x /usr/sbin/smtp-source ]] || Tests/Peers/install.sh ||
    echo "install: there is no Postfix; the figures that it is the measure of will say so" >&2
load_tool || echo "install: there is no wrk (sudo apt-get install wrk); HTTP will not be measured" >&2

environment .venv-bench mcp==2.3.0
environment .venv-bench-http fastapi==0.165.0 uvicorn==0.54.0 httptools==0.9.0 uvloop==0.23.0
